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

-- One JSON array: what was found, then one array for each of key, user, namespace, project and snippet, its
-- elements in the order of the fields of that value in ``facts.py``, or null.
CREATE OR REPLACE FUNCTION internal_facts(
  p_key_id bigint, p_key_owner_id bigint, p_user_id bigint, p_username text,
  p_type text, p_container_id bigint, p_path text, p_on date
) RETURNS json LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
  asker bigint := p_user_id;
  asked_type text := p_type;
  asked_project bigint;
  asked_namespace bigint;
  asked_snippet bigint;
  by_alias boolean := false;
  answer json;
BEGIN
  IF p_username IS NOT NULL THEN
    SELECT account.id INTO asker FROM directory_user account WHERE lower(account.username) = lower(p_username);
  END IF;

  -- Nearly always it is a project by its own path; only what is not found so is looked for in every other way.
  IF p_type IS NULL THEN
    asked_type := 'project';
    SELECT route.project_id INTO asked_project FROM directory_route route
    WHERE lower(route.path) = lower(p_path) AND route.project_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM directory_projectalias alias WHERE alias.name = p_path);
    IF asked_project IS NULL THEN
      SELECT at.repository_type, at.project_id, at.namespace_id, at.snippet_id, at.by_alias
      INTO asked_type, asked_project, asked_namespace, asked_snippet, by_alias
      FROM internal_repository_at(p_path) at;
    END IF;
  ELSIF p_type = 'snippet' THEN
    asked_snippet := p_container_id;
  ELSIF p_type = 'group-wiki' THEN
    SELECT wanted.id INTO asked_namespace FROM directory_namespace wanted
    WHERE wanted.id = p_container_id AND wanted.kind = 'group';
  ELSE
    asked_project := p_container_id;
  END IF;

  SELECT json_build_array(
    asked_type,
    CASE asked_type WHEN 'snippet' THEN snippet.id ELSE
      CASE WHEN asked_type = 'group-wiki' THEN namespace.id ELSE project.id END END,
    by_alias,
    CASE
      WHEN account.id IS NULL OR namespace.id IS NULL THEN 0
      WHEN account.admin OR namespace.owner_id = account.id THEN 50
      ELSE COALESCE((
        SELECT max(way.level) FROM (
          -- Of a membership in the namespace, or in a group above it.
          SELECT direct.access_level::integer AS level
          FROM unnest(internal_ancestors(namespace.traversal)) AS ancestor(id)
          CROSS JOIN LATERAL (
            SELECT member.access_level FROM directory_member member
            WHERE member.user_id = account.id AND member.group_id = ancestor.id AND member.access_level >= 10
              AND member.state = 'active' AND member.requested_at IS NULL
              AND (member.expires_at IS NULL OR member.expires_at > p_on)
            LIMIT 1
          ) AS direct
          UNION ALL
          -- Of the groups that these are shared with.
          SELECT LEAST(link.group_access, direct.access_level)
          FROM unnest(internal_ancestors(namespace.traversal)) AS ancestor(id)
          CROSS JOIN LATERAL (
            SELECT shared.shared_with_group_id, shared.group_access FROM directory_groupgrouplink shared
            WHERE shared.shared_group_id = ancestor.id AND shared.group_access >= 10
              AND (shared.expires_at IS NULL OR shared.expires_at > p_on)
            OFFSET 0  -- one index lookup for each ancestor, never a scan of all links
          ) AS link
          CROSS JOIN LATERAL (
            SELECT member.access_level FROM directory_member member
            WHERE member.user_id = account.id AND member.group_id = link.shared_with_group_id
              AND member.access_level >= 10 AND member.state = 'active' AND member.requested_at IS NULL
              AND (member.expires_at IS NULL OR member.expires_at > p_on)
            LIMIT 1
          ) AS direct
          UNION ALL
          -- Of a membership in the project itself.
          SELECT member.access_level FROM directory_member member
          WHERE member.user_id = account.id AND member.project_id = project.id AND member.access_level >= 10
            AND member.state = 'active' AND member.requested_at IS NULL
            AND (member.expires_at IS NULL OR member.expires_at > p_on)
          UNION ALL
          -- Of the groups that the project is shared with.
          SELECT LEAST(
            link.group_access,
            internal_group_level(account.id, internal_ancestors(invited.traversal), p_on)
          )
          FROM directory_projectgrouplink link JOIN directory_namespace invited ON invited.id = link.group_id
          WHERE link.project_id = project.id AND link.group_access >= 10
            AND NOT namespace.share_with_group_lock
            AND (link.expires_at IS NULL OR link.expires_at > p_on)
        ) AS way
      ), 0)
    END,
    CASE WHEN key.kind = 'deploy' AND shown_key.id IS NOT NULL THEN (
      SELECT granted.can_push FROM ssh_keys_deploykeygrant granted
      WHERE granted.key_id = key.id AND granted.project_id = project.id
    ) END,
    COALESCE((
      SELECT json_object_agg(flag.name, flag.enabled OR EXISTS (
        SELECT FROM directory_featureflag_projects chosen
        WHERE chosen.featureflag_id = flag.id AND chosen.project_id = project.id
      )) FROM directory_featureflag flag WHERE starts_with(flag.name, 'gitaly_')
    ), '{}'),
    (SELECT maintenance.message FROM git_access_maintenance maintenance),
    CASE WHEN shown_key.id IS NOT NULL THEN json_build_array(
      key.id, key.kind = 'deploy', key.algorithm, key.bits, key.expires_at, key.last_used_at
    ) END,
    CASE WHEN account.id IS NOT NULL THEN json_build_array(
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
    ) END,
    CASE WHEN namespace.id IS NOT NULL THEN json_build_array(
      namespace.id, namespace.kind, namespace_route.path, namespace.owner_id, namespace.visibility_level,
      namespace.wiki_access_level, namespace.wiki_repository_exists, namespace.repository_read_only,
      namespace.project_creation_level, namespace.default_branch_protection,
      above.archived, above.repository_size_limit,
      root.id, root_route.path, root.kind, root.enabled_git_access_protocol, root.enforce_ssh_certificates,
      ARRAY(
        SELECT restriction.cidr FROM git_access_iprestriction restriction
        WHERE restriction.group_id = root.id ORDER BY restriction.id
      )
    ) END,
    CASE WHEN project.id IS NOT NULL THEN json_build_array(
      project.id, project_route.path, project.visibility_level, project.archived, project.repository_read_only,
      project.storage, project.disk_path, project.repository_exists, project.wiki_repository_exists,
      project.default_branch, project.repository_access_level, project.wiki_access_level,
      project.snippets_access_level, project.repository_size_limit,
      COALESCE(statistics.repository_size + statistics.lfs_objects_size, 0)
    ) END,
    CASE WHEN snippet.id IS NOT NULL THEN json_build_array(
      snippet.id, snippet.author_id, snippet.visibility_level, snippet.storage, snippet.repository_read_only,
      snippet.repository_exists, snippet.default_branch
    ) END
  ) INTO answer
  FROM (SELECT COALESCE(p_key_id, p_key_owner_id)) AS wanted(key_id)
  LEFT JOIN ssh_keys_key key ON key.id = wanted.key_id AND key.usage_type <> 'signing'
  -- A user key that stands for its owner only is not shown.
  LEFT JOIN LATERAL (SELECT key.id WHERE p_key_owner_id IS NULL OR key.kind = 'deploy') shown_key ON true
  LEFT JOIN directory_user account ON account.id = CASE
    WHEN key.id IS NULL THEN asker
    WHEN key.user_id IS NULL AND key.kind = 'deploy'
      THEN (SELECT ghost.id FROM directory_user ghost WHERE ghost.user_type = 'ghost')
    ELSE key.user_id END
  LEFT JOIN directory_snippet snippet ON snippet.id = asked_snippet
  LEFT JOIN directory_project project ON project.id = COALESCE(snippet.project_id, asked_project)
  LEFT JOIN directory_route project_route ON project_route.project_id = project.id
  LEFT JOIN directory_projectstatistics statistics ON statistics.project_id = project.id
  LEFT JOIN directory_namespace namespace ON namespace.id = COALESCE(project.namespace_id, asked_namespace)
  LEFT JOIN directory_route namespace_route ON namespace_route.namespace_id = namespace.id
  LEFT JOIN directory_namespace root ON root.id = split_part(namespace.traversal, '/', 1)::bigint
  LEFT JOIN directory_route root_route ON root_route.namespace_id = root.id
  LEFT JOIN LATERAL (
    SELECT bool_or(one.archived) AS archived, (array_agg(one.repository_size_limit ORDER BY one.depth DESC)
      FILTER (WHERE one.repository_size_limit IS NOT NULL))[1] AS repository_size_limit
    FROM unnest(internal_ancestors(namespace.traversal)) AS ancestor(id)
    JOIN directory_namespace one ON one.id = ancestor.id
  ) AS above ON true;
  RETURN answer;
END $$;
