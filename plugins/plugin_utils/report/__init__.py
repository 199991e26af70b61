"""Reports on the use of mailboxes as files: workbook, web page, official paper, and reminders."""
