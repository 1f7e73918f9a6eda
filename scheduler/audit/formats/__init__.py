"""The formats of a record (section 2): its files, the columns of its tables, the shapes of its documents."""
