"""Reports on the use of mailboxes as files: a workbook, a page, a document with the reminders that go with it."""
