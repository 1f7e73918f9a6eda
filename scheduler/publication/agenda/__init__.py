"""
Papers and files of the agenda: calendars, lists of a district, the notice to the firm and the form for its results.

Everything but the notice is internal and says so: 内部资料, who exported it, when, and its number in the log.
"""
