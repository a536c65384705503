-- The facts that a decision about one Git command rests on, in one round trip. PL/pgSQL keeps the plans of
-- its statements for the session, also behind a pooler. The portable reader is its oracle in the tests.
--
-- A process that still runs the former release calls what the former release has installed: where a signature
-- changes, the function gets another name.

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
      CROSS JOIN LATERAL (
        SELECT shared.shared_with_group_id, shared.group_access FROM directory_groupgrouplink shared
        WHERE shared.shared_group_id = ancestor.id AND shared.group_access >= 10
          AND (shared.expires_at IS NULL OR shared.expires_at > p_on)
        OFFSET 0  -- one index lookup for each ancestor, never a scan of all links
      ) AS link
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

-- What a path names: project, wiki, snippet, design, in this order; else the namespace that it lies in.
CREATE OR REPLACE FUNCTION internal_repository_at(
  p_path text, OUT repository_type text, OUT project_id bigint, OUT namespace_id bigint, OUT snippet_id bigint,
  OUT by_alias boolean
) LANGUAGE plpgsql STABLE AS $$
-- Columns are always written with their table: a bare name is a variable.
#variable_conflict use_variable
DECLARE
  parts text[];
BEGIN
  repository_type := 'project';
  SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(p_path) at;
  IF project_id IS NOT NULL THEN
    RETURN;
  END IF;
  IF right(p_path, 5) = '.wiki' THEN
    SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(left(p_path, -5)) at;
    IF project_id IS NOT NULL THEN
      repository_type := 'wiki';
      RETURN;
    END IF;
    namespace_id := internal_group_at(left(p_path, -5));
    IF namespace_id IS NOT NULL THEN
      repository_type := 'group-wiki';
      RETURN;
    END IF;
  END IF;
  parts := regexp_match(p_path, '^(?:(.+)/)?snippets/([0-9]{1,18})$');
  IF parts[1] IS NOT NULL THEN
    SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(parts[1]) at;
  END IF;
  SELECT snippet.id INTO snippet_id FROM directory_snippet snippet
  WHERE snippet.id = parts[2]::bigint AND snippet.project_id IS NOT DISTINCT FROM project_id
    AND (parts[1] IS NULL OR project_id IS NOT NULL);
  IF snippet_id IS NOT NULL THEN
    repository_type := 'snippet';
    RETURN;
  END IF;
  project_id := NULL;
  by_alias := false;
  IF right(p_path, 7) = '.design' THEN
    SELECT at.found_id, at.by_alias INTO project_id, by_alias FROM internal_project_at(left(p_path, -7)) at;
    IF project_id IS NOT NULL THEN
      repository_type := 'design';
      RETURN;
    END IF;
  END IF;
  SELECT route.namespace_id INTO namespace_id FROM directory_route route
  WHERE lower(route.path) = lower(substring(p_path from '^(.+)/[^/]*$')) AND route.namespace_id IS NOT NULL;
END $$;

-- One JSON array: what was found, then one array for each of token, key, user, namespace, project and snippet,
-- its elements in the order of the fields of that value in ``context/facts``, or null.
--
-- Starting a plan costs more than running it, and every table and every node in it adds to that. So these are
-- small statements in a row, and what few projects have (limits of groups, restrictions, shares, flags) is only
-- looked for where one lookup in an index has said that there is any.
DROP FUNCTION IF EXISTS internal_facts(bigint, bigint, bigint, text, text, bigint, text, date);
CREATE OR REPLACE FUNCTION internal_facts(
  p_key_id bigint, p_key_owner_id bigint, p_user_id bigint, p_username text,
  p_type text, p_container_id bigint, p_path text, p_on date,
  p_token_digest text
) RETURNS json LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_type text := p_type;
  v_key_id bigint;
  v_by_deploy_key boolean := false;
  v_user_id bigint := p_user_id;
  v_admin boolean;
  v_snippet_id bigint;
  v_project_id bigint;
  v_project_path text;
  v_namespace_id bigint;
  v_by_alias boolean := false;
  v_inner record;
  v_root record;
  v_archived boolean := false;
  v_size_limit bigint;
  v_lfs_enabled boolean;
  v_ip_ranges text[] := '{}';
  v_level integer := 0;
  v_can_push boolean;
  v_has_flags boolean;
  v_flags json := '{}';
  v_maintenance text;
  v_token json;
  v_key json;
  v_user json;
  v_namespace json;
  v_project json;
  v_snippet json;
BEGIN
  -- Which repository. Nearly always it is a project by its own path; only what is not found so is looked for in
  -- every other way.
  IF p_type IS NULL THEN
    v_type := 'project';
    SELECT route.project_id, route.path INTO v_project_id, v_project_path FROM directory_route route
    WHERE lower(route.path) = lower(p_path) AND route.project_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM directory_projectalias alias WHERE alias.name = p_path);
    IF v_project_id IS NULL THEN
      SELECT at.repository_type, at.project_id, at.namespace_id, at.snippet_id, at.by_alias
      INTO v_type, v_project_id, v_namespace_id, v_snippet_id, v_by_alias
      FROM internal_repository_at(p_path) at;
    END IF;
  ELSIF p_type = 'snippet' THEN
    v_snippet_id := p_container_id;
  ELSIF p_type = 'group-wiki' THEN
    SELECT wanted.id INTO v_namespace_id FROM directory_namespace wanted
    WHERE wanted.id = p_container_id AND wanted.kind = 'group';
  ELSE
    v_project_id := p_container_id;
  END IF;

  -- Who asks. A user key that stands for its owner only is not shown.
  IF p_key_id IS NOT NULL OR p_key_owner_id IS NOT NULL THEN
    SELECT
      key.id, key.kind = 'deploy', key.user_id,
      CASE WHEN p_key_owner_id IS NULL OR key.kind = 'deploy' THEN json_build_array(
        key.id, key.kind = 'deploy', key.algorithm, key.bits, key.expires_at, key.last_used_at
      ) END
    INTO v_key_id, v_by_deploy_key, v_user_id, v_key
    FROM ssh_keys_key key WHERE key.id = COALESCE(p_key_id, p_key_owner_id) AND key.usage_type <> 'signing';
    IF v_by_deploy_key AND v_user_id IS NULL THEN
      SELECT ghost.id INTO v_user_id FROM directory_user ghost WHERE ghost.user_type = 'ghost';
    END IF;
  ELSIF p_token_digest IS NOT NULL THEN
    SELECT token.user_id, json_build_array(
      token.id, token.scopes, token.expires_at, token.revoked, token.last_used_at
    ) INTO v_user_id, v_token
    FROM directory_personalaccesstoken token WHERE token.token_digest = p_token_digest;
  ELSIF p_username IS NOT NULL THEN
    SELECT account.id INTO v_user_id FROM directory_user account
    WHERE lower(account.username) = lower(p_username);
  END IF;
  SELECT account.admin, json_build_array(
    account.id, account.username, account.state, account.user_type, account.admin, account.external,
    account.confirmed_at IS NOT NULL, account.password_expires_at, account.password_automatically_set,
    account.locked_at,
    account.otp_required_for_login OR EXISTS (
      SELECT FROM ssh_keys_secondfactordevice device WHERE device.user_id = account.id
    ),
    COALESCE((
      SELECT EXISTS (
        SELECT FROM directory_termsacceptance acceptance
        WHERE acceptance.user_id = account.id AND acceptance.terms_id = latest.id
      ) FROM directory_terms latest ORDER BY latest.id DESC LIMIT 1
    ), true),
    account.last_activity_on
  ) INTO v_admin, v_user FROM directory_user account WHERE account.id = v_user_id;

  -- What it is, and where it lies.
  IF v_snippet_id IS NOT NULL THEN
    SELECT snippet.id, snippet.project_id, json_build_array(
      snippet.id, snippet.author_id, snippet.visibility_level, snippet.storage, snippet.repository_read_only,
      snippet.repository_exists, snippet.default_branch
    ) INTO v_snippet_id, v_project_id, v_snippet
    FROM directory_snippet snippet WHERE snippet.id = v_snippet_id;
  END IF;
  IF v_project_id IS NOT NULL AND v_project_path IS NULL THEN
    SELECT route.path INTO v_project_path FROM directory_route route WHERE route.project_id = v_project_id;
  END IF;
  IF v_project_id IS NOT NULL THEN
    SELECT project.id, project.namespace_id, json_build_array(
      project.id, v_project_path, project.visibility_level, project.archived, project.repository_read_only,
      project.storage, project.disk_path, project.repository_exists, project.wiki_repository_exists,
      project.default_branch, project.repository_access_level, project.wiki_access_level,
      project.snippets_access_level, project.repository_size_limit,
      COALESCE(statistics.repository_size + statistics.lfs_objects_size, 0), project.lfs_enabled
    ) INTO v_project_id, v_namespace_id, v_project
    FROM directory_project project
    LEFT JOIN directory_projectstatistics statistics ON statistics.project_id = project.id
    WHERE project.id = v_project_id;
  END IF;
  IF v_namespace_id IS NOT NULL THEN
    SELECT
      namespace.id, namespace.kind, route.path, namespace.owner_id, namespace.visibility_level,
      namespace.wiki_access_level, namespace.wiki_repository_exists, namespace.repository_read_only,
      namespace.project_creation_level, namespace.default_branch_protection, namespace.share_with_group_lock,
      internal_ancestors(namespace.traversal) AS ancestors
    INTO v_inner
    FROM directory_namespace namespace LEFT JOIN directory_route route ON route.namespace_id = namespace.id
    WHERE namespace.id = v_namespace_id;
    SELECT
      root.id, root.path, root.kind, root.enabled_git_access_protocol, root.enforce_ssh_certificates,
      EXISTS (
        SELECT FROM directory_namespace above WHERE above.id = ANY (v_inner.ancestors)
          AND (
            above.archived OR above.repository_size_limit IS NOT NULL OR above.lfs_enabled IS NOT NULL
          )
      ) AS is_limited,
      EXISTS (
        SELECT FROM git_access_iprestriction restriction WHERE restriction.group_id = root.id
      ) AS is_restricted,
      EXISTS (
        SELECT FROM directory_projectgrouplink link WHERE link.project_id = v_project_id
      ) OR EXISTS (
        SELECT FROM directory_groupgrouplink link WHERE link.shared_group_id = ANY (v_inner.ancestors)
      ) AS is_shared,
      GREATEST((
        SELECT max(direct.access_level) FROM unnest(v_inner.ancestors) AS ancestor(id)
        CROSS JOIN LATERAL (
          SELECT member.access_level FROM directory_member member
          WHERE member.user_id = v_user_id AND member.group_id = ancestor.id
            AND member.access_level >= 10 AND member.state = 'active' AND member.requested_at IS NULL
            AND (member.expires_at IS NULL OR member.expires_at > p_on)
          LIMIT 1  -- one index lookup for each ancestor, however many groups the user belongs to
        ) AS direct
      ), (
        SELECT member.access_level FROM directory_member member
        WHERE member.user_id = v_user_id AND member.project_id = v_project_id
          AND member.access_level >= 10 AND member.state = 'active' AND member.requested_at IS NULL
          AND (member.expires_at IS NULL OR member.expires_at > p_on)
      ), 0) AS level
    INTO v_root
    FROM directory_namespace root WHERE root.id = v_inner.ancestors[1];
    IF v_root.is_limited THEN
      SELECT bool_or(above.archived), (array_agg(above.repository_size_limit ORDER BY above.depth DESC)
        FILTER (WHERE above.repository_size_limit IS NOT NULL))[1],
        (array_agg(above.lfs_enabled ORDER BY above.depth DESC)
        FILTER (WHERE above.lfs_enabled IS NOT NULL))[1]
      INTO v_archived, v_size_limit, v_lfs_enabled
      FROM directory_namespace above WHERE above.id = ANY (v_inner.ancestors);
    END IF;
    IF v_root.is_restricted THEN
      SELECT array_agg(restriction.cidr ORDER BY restriction.id) INTO v_ip_ranges
      FROM git_access_iprestriction restriction WHERE restriction.group_id = v_root.id;
    END IF;
    v_namespace := json_build_array(
      v_inner.id, v_inner.kind, v_inner.path, v_inner.owner_id, v_inner.visibility_level,
      v_inner.wiki_access_level, v_inner.wiki_repository_exists, v_inner.repository_read_only,
      v_inner.project_creation_level, v_inner.default_branch_protection, v_archived, v_size_limit,
      v_lfs_enabled, v_root.id, v_root.path, v_root.kind, v_root.enabled_git_access_protocol,
      v_root.enforce_ssh_certificates, v_ip_ranges
    );
    IF v_admin OR v_inner.owner_id = v_user_id THEN
      v_level := 50;
    ELSIF v_user IS NOT NULL THEN
      v_level := v_root.level;
      IF v_root.is_shared THEN
        v_level := GREATEST(v_level, internal_group_level(v_user_id, v_inner.ancestors, p_on), (
          SELECT max(LEAST(
            link.group_access, internal_group_level(v_user_id, internal_ancestors(invited.traversal), p_on)
          ))
          FROM directory_projectgrouplink link JOIN directory_namespace invited ON invited.id = link.group_id
          WHERE link.project_id = v_project_id AND link.group_access >= 10
            AND NOT v_inner.share_with_group_lock
            AND (link.expires_at IS NULL OR link.expires_at > p_on)
        ));
      END IF;
    END IF;
  END IF;

  IF v_by_deploy_key AND v_key IS NOT NULL THEN
    SELECT granted.can_push INTO v_can_push FROM ssh_keys_deploykeygrant granted
    WHERE granted.key_id = v_key_id AND granted.project_id = v_project_id;
  END IF;
  SELECT
    (SELECT maintenance.message FROM git_access_maintenance maintenance),
    EXISTS (SELECT FROM directory_featureflag flag WHERE starts_with(flag.name, 'gitaly_'))
  INTO v_maintenance, v_has_flags;
  IF v_has_flags THEN
    SELECT json_object_agg(flag.name, flag.enabled OR EXISTS (
      SELECT FROM directory_featureflag_projects chosen
      WHERE chosen.featureflag_id = flag.id AND chosen.project_id = v_project_id
    )) INTO v_flags FROM directory_featureflag flag WHERE starts_with(flag.name, 'gitaly_');
  END IF;
  RETURN json_build_array(
    v_type,
    CASE v_type WHEN 'snippet' THEN v_snippet_id WHEN 'group-wiki' THEN v_namespace_id ELSE v_project_id END,
    v_by_alias, v_level, v_can_push, v_flags, v_maintenance,
    v_token, v_key, v_user, v_namespace, v_project, v_snippet
  );
END $$;
