-- mail.held: Who holds the password of each agency's mailbox, since which day, and to whom it was last issued on
-- which document, as the records say.
-- Read by: plugins/module_utils/host/accounts.py, plugins/module_utils/host/handover.py.
-- Serves: R10.1; decision 0061.

CREATE OR REPLACE VIEW mail.held AS
    SELECT account.id AS agency, coalesce(handed.person, first.person, '') AS person,
           (coalesce(first.at, credential.since) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
           coalesce(last.person, '') AS issued_to, coalesce(last.document, '') AS issued_on, last.at AS issued_at,
           credential.initial
      FROM mail.account JOIN mail.credential USING (kind, id)
      LEFT JOIN LATERAL (
          SELECT audit.after ->> 'custodian' AS person, run.at FROM mail.audit JOIN mail.run USING (run)
           WHERE audit.kind = 'agency' AND audit.id = account.id AND audit.action IN ('issue_password', 'reissue_password')
           ORDER BY audit.entry LIMIT 1) AS first ON true
      LEFT JOIN LATERAL (
          SELECT audit.after ->> 'custodian' AS person, audit.document, run.at FROM mail.audit JOIN mail.run USING (run)
           WHERE audit.kind = 'agency' AND audit.id = account.id AND audit.action IN ('issue_password', 'reissue_password')
           ORDER BY audit.entry DESC LIMIT 1) AS last ON true
      LEFT JOIN LATERAL (
          SELECT handover.successor ->> 'person' AS person FROM mail.handover JOIN mail.handover_end USING (handover)
           WHERE handover.agency = account.id ORDER BY handover DESC LIMIT 1) AS handed ON true
     WHERE account.kind = 'agency' AND account.state = 'open';

GRANT SELECT ON mail.held TO danhba_apply, danhba_password;
