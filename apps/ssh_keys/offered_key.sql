-- The key that an SSH client offers, with what is needed of its owner; the statement of ``keys.py``, its plan kept.
CREATE OR REPLACE FUNCTION internal_offered_key(p_fingerprint text) RETURNS TABLE (
  id bigint, title varchar, key text, created_at timestamptz, kind varchar, expires_at timestamptz,
  owner_name varchar, owner_state varchar
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT offered.id, offered.title, offered.key, offered.created_at, offered.kind, offered.expires_at,
    owner.name, owner.state
  FROM ssh_keys_key offered LEFT JOIN directory_user owner ON owner.id = offered.user_id
  WHERE offered.fingerprint_sha256 = p_fingerprint AND offered.usage_type <> 'signing';
END $$;
