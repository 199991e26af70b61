-- addressbook.base: The base of the address book for an address: dc=laocai,dc=gov,dc=vn of contact@laocai.gov.vn (RFC
-- 2247).
-- Called by: addressbook.agency.
-- Serves: R5; decision 0034.

CREATE OR REPLACE FUNCTION addressbook.base(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'dc=' || replace(split_part(address, '@', 2), '.', ',dc=');

REVOKE EXECUTE ON FUNCTION addressbook.base FROM PUBLIC;
GRANT EXECUTE ON FUNCTION addressbook.base TO openldap, danhba_credentials, danhba_notices;
