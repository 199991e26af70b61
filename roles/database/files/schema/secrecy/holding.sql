-- secrecy.holding: Exceptions of the secrecy gate that hold on this day; all that the gate sees of them.
-- Read by: danhba_host/secrecy_gate/store.py.
-- Serves: R10.7; decision 0053.

CREATE OR REPLACE VIEW secrecy.holding AS
    SELECT id, sender, files FROM secrecy.exception WHERE current_date BETWEEN since AND until;

GRANT SELECT ON secrecy.holding TO danhba_secrecy;
