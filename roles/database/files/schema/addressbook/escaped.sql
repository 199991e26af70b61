-- addressbook.escaped: A value as it is written in a distinguished name (RFC 4514, section 2.4).
-- Called by: addressbook.agency, addressbook.mailbox, danhba_host/credentials/store.py.
-- Serves: R5; decision 0034.

CREATE OR REPLACE FUNCTION addressbook.escaped(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(value, '([\\,+"<>;=])', '\\\1', 'g'), '(^[ #])|( $)', '\\\1\2', 'g');

REVOKE EXECUTE ON FUNCTION addressbook.escaped FROM PUBLIC;
GRANT EXECUTE ON FUNCTION addressbook.escaped TO openldap, danhba_credentials, danhba_notices;
