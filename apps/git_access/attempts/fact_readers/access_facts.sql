-- The facts that a decision about one Git command rests on, in one round trip. PL/pgSQL keeps the plans of
-- its statements for the session, also behind a pooler. The portable reader is its oracle in the tests.

CREATE OR REPLACE FUNCTION internal_ancestors(p_traversal text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$ SELECT string_to_array(rtrim(p_traversal, '/'), '/')::bigint[] $$;

-- The level in a group: of memberships in it or above it, and of direct memberships in the groups that these
-- are shared with. Each ancestor is one index lookup, however many groups the user belongs to.
CREATE OR REPLACE FUNCTION internal_group_level(p_user bigint, p_ancestors bigint[], p_on date)
RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN COALESCE((
    SELECT max(way.level) FROM (
      SELECT direct.access_level AS level
      FROM unnest(p_ancestors) AS ancestor(id)
      CROSS JOIN LATERAL (
        SELECT member.access_level FROM directory_member member
        WHERE member.user_id = p_user AND member.group_id = ancestor.id AND member.access_level >= 10
          AND member.state = 'active' AND member.requested_at IS NULL
          AND (member.expires_at IS NULL OR member.expires_at > p_on)
        LIMIT 1
      ) AS direct
      UNION ALL
      SELECT LEAST(link.group_access, direct.access_level)
      FROM unnest(p_ancestors) AS ancestor(id)
      JOIN directory_groupgrouplink link ON link.shared_group_id = ancestor.id AND link.group_access >= 10
        AND (link.expires_at IS NULL OR link.expires_at > p_on)
      CROSS JOIN LATERAL (
        SELECT member.access_level FROM directory_member member
        WHERE member.user_id = p_user AND member.group_id = link.shared_with_group_id
          AND member.access_level >= 10 AND member.state = 'active' AND member.requested_at IS NULL
          AND (member.expires_at IS NULL OR member.expires_at > p_on)
        LIMIT 1
      ) AS direct
    ) AS way
  ), 0);
END $$;

CREATE OR REPLACE FUNCTION internal_project_level(
  p_user bigint, p_project bigint, p_ancestors bigint[], p_locked boolean, p_on date
) RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN GREATEST(
    internal_group_level(p_user, p_ancestors, p_on),
    (
      SELECT max(way.level) FROM (
        SELECT member.access_level::integer AS level FROM directory_member member
        WHERE member.user_id = p_user AND member.project_id = p_project AND member.access_level >= 10
          AND member.state = 'active' AND member.requested_at IS NULL
          AND (member.expires_at IS NULL OR member.expires_at > p_on)
        UNION ALL
        SELECT LEAST(
          link.group_access, internal_group_level(p_user, internal_ancestors(invited.traversal), p_on)
        )
        FROM directory_projectgrouplink link JOIN directory_namespace invited ON invited.id = link.group_id
        WHERE NOT p_locked AND link.project_id = p_project AND link.group_access >= 10
          AND (link.expires_at IS NULL OR link.expires_at > p_on)
      ) AS way
    )
  );
END $$;

CREATE OR REPLACE FUNCTION internal_project_at(p_path text, OUT found_id bigint, OUT by_alias boolean)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  SELECT COALESCE(alias.project_id, route.project_id), alias.id IS NOT NULL INTO found_id, by_alias
  FROM (VALUES (p_path)) AS wanted(path)
  LEFT JOIN directory_projectalias alias ON alias.name = wanted.path
  LEFT JOIN directory_route route ON lower(route.path) = lower(wanted.path) AND route.project_id IS NOT NULL;
  IF found_id IS NULL THEN
    SELECT redirect.project_id INTO found_id FROM directory_redirectroute redirect
    WHERE lower(redirect.path) = lower(p_path) AND redirect.project_id IS NOT NULL;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION internal_group_at(p_path text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT route.namespace_id INTO found_id FROM directory_route route
  JOIN directory_namespace namespace ON namespace.id = route.namespace_id AND namespace.kind = 'group'
  WHERE lower(route.path) = lower(p_path);
  IF found_id IS NULL THEN
    SELECT redirect.namespace_id INTO found_id FROM directory_redirectroute redirect
    JOIN directory_namespace namespace ON namespace.id = redirect.namespace_id AND namespace.kind = 'group'
    WHERE lower(redirect.path) = lower(p_path);
  END IF;
  RETURN found_id;
END $$;

CREATE OR REPLACE FUNCTION internal_access_facts(
  p_key_id bigint, p_key_owner_id bigint, p_user_id bigint, p_username text,
  p_type text, p_container_id bigint, p_path text, p_on date,
  OUT key_id bigint, OUT key_deploy boolean, OUT key_algorithm text, OUT key_bits integer,
  OUT key_expires_at timestamptz, OUT key_last_used_at timestamptz,
  OUT user_id bigint, OUT user_username text, OUT user_state text, OUT user_type text,
  OUT user_admin boolean, OUT user_external boolean, OUT user_confirmed boolean,
  OUT user_password_expires_at timestamptz, OUT user_password_automatically_set boolean,
  OUT user_locked_at timestamptz, OUT user_two_factor boolean, OUT user_terms_accepted boolean,
  OUT user_last_activity_on date,
  OUT repository_type text, OUT container_id bigint, OUT by_alias boolean,
  OUT namespace_id bigint, OUT namespace_kind text, OUT namespace_full_path text,
  OUT namespace_owner_id bigint, OUT namespace_visibility_level integer,
  OUT namespace_wiki_access_level integer, OUT namespace_wiki_repository_exists boolean,
  OUT namespace_repository_read_only boolean, OUT namespace_project_creation_level integer,
  OUT namespace_default_branch_protection integer, OUT namespace_archived boolean,
  OUT namespace_repository_size_limit bigint, OUT namespace_root_id bigint, OUT namespace_root_path text,
  OUT namespace_root_kind text, OUT namespace_root_protocol text,
  OUT namespace_root_enforces_certificates boolean, OUT namespace_ip_ranges text[],
  OUT project_id bigint, OUT project_full_path text, OUT project_visibility_level integer,
  OUT project_archived boolean, OUT project_repository_read_only boolean, OUT project_storage text,
  OUT project_disk_path text, OUT project_repository_exists boolean,
  OUT project_wiki_repository_exists boolean, OUT project_default_branch text,
  OUT project_repository_access_level integer, OUT project_wiki_access_level integer,
  OUT project_snippets_access_level integer, OUT project_repository_size_limit bigint,
  OUT project_repository_size bigint,
  OUT snippet_id bigint, OUT snippet_author_id bigint, OUT snippet_visibility_level integer,
  OUT snippet_storage text, OUT snippet_repository_read_only boolean,
  OUT snippet_repository_exists boolean, OUT snippet_default_branch text,
  OUT level integer, OUT can_push boolean, OUT features jsonb
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
-- Columns are always written with their table: a bare name is a variable.
#variable_conflict use_variable
DECLARE
  ancestors bigint[];
  locked boolean;
  parts text[];
BEGIN
  -- Who asks.
  user_id := p_user_id;
  IF p_username IS NOT NULL THEN
    SELECT account.id INTO user_id FROM directory_user account WHERE lower(account.username) = lower(p_username);
  END IF;
  SELECT key.id, key.kind = 'deploy', key.algorithm, key.bits, key.expires_at, key.last_used_at,
    account.id, account.username, account.state, account.user_type, account.admin, account.external,
    account.confirmed_at IS NOT NULL, account.password_expires_at, account.password_automatically_set,
    account.locked_at,
    account.otp_required_for_login OR EXISTS (
      SELECT FROM ssh_keys_secondfactordevice device WHERE device.user_id = account.id
    ),
    account.last_activity_on,
    COALESCE((
      SELECT EXISTS (
        SELECT FROM directory_termsacceptance acceptance
        WHERE acceptance.user_id = account.id AND acceptance.terms_id = latest.id
      ) FROM directory_terms latest ORDER BY latest.id DESC LIMIT 1
    ), true)
  INTO key_id, key_deploy, key_algorithm, key_bits, key_expires_at, key_last_used_at,
    user_id, user_username, user_state, user_type, user_admin, user_external, user_confirmed,
    user_password_expires_at, user_password_automatically_set, user_locked_at, user_two_factor,
    user_last_activity_on, user_terms_accepted
  FROM (VALUES (COALESCE(p_key_id, p_key_owner_id))) AS wanted(id)
  LEFT JOIN ssh_keys_key key ON key.id = wanted.id AND key.usage_type <> 'signing'
  LEFT JOIN directory_user account ON account.id = CASE
    WHEN key.id IS NULL THEN user_id
    WHEN key.user_id IS NULL AND key.kind = 'deploy'
      THEN (SELECT ghost.id FROM directory_user ghost WHERE ghost.user_type = 'ghost')
    ELSE key.user_id END;
  IF p_key_owner_id IS NOT NULL AND NOT key_deploy THEN
    key_id := NULL;  -- the key only names its owner
  END IF;

  -- Which repository.
  by_alias := false;
  repository_type := COALESCE(p_type, 'project');
  IF p_type IS NULL THEN
    SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(p_path) at;
    IF project_id IS NULL AND right(p_path, 5) = '.wiki' THEN
      SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(left(p_path, -5)) at;
      IF project_id IS NOT NULL THEN
        repository_type := 'wiki';
      ELSE
        namespace_id := internal_group_at(left(p_path, -5));
        IF namespace_id IS NOT NULL THEN repository_type := 'group-wiki'; END IF;
      END IF;
    END IF;
    IF project_id IS NULL AND namespace_id IS NULL THEN
      parts := regexp_match(p_path, '^(?:(.+)/)?snippets/([0-9]{1,18})$');
      IF parts[1] IS NOT NULL THEN
        SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(parts[1]) at;
      END IF;
      SELECT snippet.id INTO snippet_id FROM directory_snippet snippet
      WHERE snippet.id = parts[2]::bigint AND snippet.project_id IS NOT DISTINCT FROM project_id
        AND (parts[1] IS NULL OR project_id IS NOT NULL);
      IF snippet_id IS NOT NULL THEN
        repository_type := 'snippet';
      ELSE
        project_id := NULL;
        by_alias := false;
      END IF;
    END IF;
    IF project_id IS NULL AND namespace_id IS NULL AND snippet_id IS NULL AND right(p_path, 7) = '.design' THEN
      SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(left(p_path, -7)) at;
      IF project_id IS NOT NULL THEN repository_type := 'design'; END IF;
    END IF;
  ELSIF p_type = 'snippet' THEN
    snippet_id := p_container_id;
  ELSIF p_type = 'group-wiki' THEN
    SELECT wanted.id INTO namespace_id FROM directory_namespace wanted
    WHERE wanted.id = p_container_id AND wanted.kind = 'group';
  ELSE
    project_id := p_container_id;
  END IF;
  IF snippet_id IS NOT NULL THEN
    SELECT snippet.id, snippet.author_id, snippet.project_id, snippet.visibility_level, snippet.storage,
      snippet.repository_read_only, snippet.repository_exists, snippet.default_branch
    INTO snippet_id, snippet_author_id, project_id, snippet_visibility_level, snippet_storage,
      snippet_repository_read_only, snippet_repository_exists, snippet_default_branch
    FROM directory_snippet snippet WHERE snippet.id = snippet_id;
  END IF;
  IF project_id IS NOT NULL THEN
    SELECT project.id, project.namespace_id, route.path, project.visibility_level, project.archived,
      project.repository_read_only, project.storage, project.disk_path, project.repository_exists,
      project.wiki_repository_exists, project.default_branch, project.repository_access_level,
      project.wiki_access_level, project.snippets_access_level, project.repository_size_limit,
      COALESCE(statistics.repository_size + statistics.lfs_objects_size, 0)
    INTO project_id, namespace_id, project_full_path, project_visibility_level, project_archived,
      project_repository_read_only, project_storage, project_disk_path, project_repository_exists,
      project_wiki_repository_exists, project_default_branch, project_repository_access_level,
      project_wiki_access_level, project_snippets_access_level, project_repository_size_limit,
      project_repository_size
    FROM directory_project project
    JOIN directory_route route ON route.project_id = project.id
    LEFT JOIN directory_projectstatistics statistics ON statistics.project_id = project.id
    WHERE project.id = project_id;
  END IF;
  container_id := CASE repository_type WHEN 'snippet' THEN snippet_id WHEN 'group-wiki' THEN namespace_id
    ELSE project_id END;
  IF container_id IS NULL AND p_type IS NULL THEN
    SELECT route.namespace_id INTO namespace_id FROM directory_route route
    WHERE lower(route.path) = lower(substring(p_path from '^(.+)/[^/]*$')) AND route.namespace_id IS NOT NULL;
  END IF;
  IF namespace_id IS NOT NULL THEN
    SELECT namespace.id, namespace.kind, route.path, namespace.owner_id, namespace.visibility_level,
      namespace.wiki_access_level, namespace.wiki_repository_exists, namespace.repository_read_only,
      namespace.project_creation_level, namespace.default_branch_protection, namespace.share_with_group_lock,
      internal_ancestors(namespace.traversal), above.archived, above.repository_size_limit,
      root.id, root_route.path, root.kind, root.enabled_git_access_protocol, root.enforce_ssh_certificates,
      ARRAY(
        SELECT restriction.cidr FROM git_access_iprestriction restriction
        WHERE restriction.group_id = root.id ORDER BY restriction.id
      )
    INTO namespace_id, namespace_kind, namespace_full_path, namespace_owner_id, namespace_visibility_level,
      namespace_wiki_access_level, namespace_wiki_repository_exists, namespace_repository_read_only,
      namespace_project_creation_level, namespace_default_branch_protection, locked,
      ancestors, namespace_archived, namespace_repository_size_limit,
      namespace_root_id, namespace_root_path, namespace_root_kind, namespace_root_protocol,
      namespace_root_enforces_certificates, namespace_ip_ranges
    FROM directory_namespace namespace
    JOIN directory_route route ON route.namespace_id = namespace.id
    JOIN directory_namespace root ON root.id = split_part(namespace.traversal, '/', 1)::bigint
    JOIN directory_route root_route ON root_route.namespace_id = root.id
    CROSS JOIN LATERAL (
      SELECT bool_or(one.archived) AS archived, (array_agg(one.repository_size_limit ORDER BY one.depth DESC)
        FILTER (WHERE one.repository_size_limit IS NOT NULL))[1] AS repository_size_limit
      FROM unnest(internal_ancestors(namespace.traversal)) AS ancestor(id)
      JOIN directory_namespace one ON one.id = ancestor.id
    ) AS above
    WHERE namespace.id = namespace_id;
  END IF;

  -- What the one may do with the other.
  level := 0;
  IF user_id IS NOT NULL AND namespace_id IS NOT NULL THEN
    IF user_admin OR namespace_owner_id = user_id THEN
      level := 50;
    ELSIF project_id IS NOT NULL THEN
      level := internal_project_level(user_id, project_id, ancestors, locked, p_on);
    ELSE
      level := internal_group_level(user_id, ancestors, p_on);
    END IF;
  END IF;
  IF key_deploy AND project_id IS NOT NULL THEN
    SELECT granted.can_push INTO can_push FROM ssh_keys_deploykeygrant granted
    WHERE granted.key_id = internal_access_facts.key_id
      AND granted.project_id = internal_access_facts.project_id;
  END IF;
  SELECT COALESCE(jsonb_object_agg(flag.name, flag.enabled OR EXISTS (
    SELECT FROM directory_featureflag_projects chosen
    WHERE chosen.featureflag_id = flag.id AND chosen.project_id = internal_access_facts.project_id
  )), '{}') INTO features FROM directory_featureflag flag WHERE starts_with(flag.name, 'gitaly_');
END $$;
