"""Storage: SQLModel tables, the store that opens a database, and the conversion of rows into the rooms' values."""
