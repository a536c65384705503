"""The statement that reads the facts on SQLite. It says what ``access_facts.sql`` says on PostgreSQL.

The arms of ``located`` stand in the order in which a path is looked for; SQLite takes them one after another
and stops at the first row. ``CROSS JOIN`` keeps the order of a join: one index lookup for each ancestor.

The answer is one array of JSON: for every single column of sixty the driver asks how it was declared and
converts it, which takes as long as the statement.
"""
# ruff: noqa: S608 -- it is put together from texts of this file alone

_ALIAS = "directory_projectalias alias WHERE alias.name = %({name})s"
_ROUTE = "directory_route route WHERE lower(route.path) = lower(%({name})s) AND route.project_id IS NOT NULL"
_REDIRECT = (
    "directory_redirectroute redirect WHERE lower(redirect.path) = lower(%({name})s) "
    "AND redirect.project_id IS NOT NULL"
)


def _project_at(kind: str, name: str) -> str:
    """Return the arms that find a project by a path: alias, own path, former path."""
    return f"""
    SELECT '{kind}' AS type, alias.project_id AS project_id, NULL, NULL, 1 AS by_alias
    FROM {_ALIAS.format(name=name)}
    UNION ALL SELECT '{kind}', route.project_id, NULL, NULL, 0 FROM {_ROUTE.format(name=name)}
    UNION ALL SELECT '{kind}', redirect.project_id, NULL, NULL, 0 FROM {_REDIRECT.format(name=name)}"""


# Whether a membership or invitation counts: it has not ended, and is no mere access request.
_UNEXPIRED = "({0}.expires_at IS NULL OR {0}.expires_at > %(on)s)"
_ACTIVE = (
    "member.user_id = account.id AND member.access_level >= 10 AND member.state = 'active' "
    f"AND member.requested_at IS NULL AND {_UNEXPIRED.format('member')}"
)
_ANCESTORS = "json_each('[' || replace(rtrim({0}.traversal, '/'), '/', ',') || ']')"


def _group_level(group: str) -> str:
    """Return the level in a group: of members of it and above it, and of those groups' invited groups."""
    above = _ANCESTORS.format(group)
    return f"""max(
    COALESCE((
      SELECT max(member.access_level) FROM {above} above CROSS JOIN directory_member member
      WHERE member.group_id = above.value AND {_ACTIVE}
    ), 0),
    COALESCE((
      SELECT max(min(share.group_access, member.access_level))
      FROM {above} above CROSS JOIN directory_groupgrouplink share CROSS JOIN directory_member member
      WHERE share.shared_group_id = above.value AND share.group_access >= 10 AND {_UNEXPIRED.format("share")}
        AND member.group_id = share.shared_with_group_id AND {_ACTIVE}
    ), 0))"""


FACTS = f"""
WITH located(type, project_id, group_id, snippet_id, by_alias) AS (
  SELECT * FROM (
    SELECT %(type)s, CASE WHEN %(type)s IN ('project', 'wiki', 'design') THEN %(container_id)s END,
      CASE %(type)s WHEN 'group-wiki' THEN %(container_id)s END,
      CASE %(type)s WHEN 'snippet' THEN %(container_id)s END, 0
    WHERE %(type)s IS NOT NULL
    UNION ALL {_project_at("project", "path")}
    UNION ALL {_project_at("wiki", "wiki")}
    UNION ALL SELECT 'group-wiki', NULL, route.namespace_id, NULL, 0
    FROM directory_route route CROSS JOIN directory_namespace named ON named.id = route.namespace_id
    WHERE lower(route.path) = lower(%(wiki)s) AND named.kind = 'group'
    UNION ALL SELECT 'group-wiki', NULL, redirect.namespace_id, NULL, 0
    FROM directory_redirectroute redirect CROSS JOIN directory_namespace named
      ON named.id = redirect.namespace_id
    WHERE lower(redirect.path) = lower(%(wiki)s) AND named.kind = 'group'
    UNION ALL SELECT 'snippet', NULL, NULL, snippet.id, owner.by_alias
    FROM (SELECT * FROM ({_project_at("snippet", "owner")}) LIMIT 1) AS owner
    CROSS JOIN directory_snippet snippet
      ON snippet.id = %(snippet_id)s AND snippet.project_id = owner.project_id
    UNION ALL SELECT 'snippet', NULL, NULL, snippet.id, 0
    FROM directory_snippet snippet
    WHERE snippet.id = %(snippet_id)s AND snippet.project_id IS NULL AND %(owner)s IS NULL
    UNION ALL {_project_at("design", "design")}
    UNION ALL SELECT 'project', NULL, NULL, NULL, 0
  ) LIMIT 1
)
SELECT json_array(
  located.type,
  CASE located.type
    WHEN 'snippet' THEN snippet.id WHEN 'group-wiki' THEN namespace.id ELSE project.id END,
  located.by_alias,
  CASE
    WHEN account.id IS NULL OR namespace.id IS NULL THEN 0
    WHEN account.admin OR namespace.owner_id = account.id THEN 50
    ELSE max(
      COALESCE((
        SELECT member.access_level FROM directory_member member
        WHERE member.project_id = project.id AND {_ACTIVE}
      ), 0),
      {_group_level("namespace")},
      COALESCE((
        SELECT max(min(link.group_access, {_group_level("invited")}))
        FROM directory_projectgrouplink link CROSS JOIN directory_namespace invited
        WHERE link.project_id = project.id AND link.group_access >= 10 AND {_UNEXPIRED.format("link")}
          AND NOT namespace.share_with_group_lock AND invited.id = link.group_id
      ), 0)
    )
  END,
  CASE key.kind WHEN 'deploy' THEN (
    SELECT granted.can_push FROM ssh_keys_deploykeygrant granted
    WHERE granted.key_id = key.id AND granted.project_id = project.id
  ) END,
  json((
    SELECT json_group_object(flag.name, flag.enabled OR EXISTS (
      SELECT 1 FROM directory_featureflag_projects chosen
      WHERE chosen.featureflag_id = flag.id AND chosen.project_id = project.id
    )) FROM directory_featureflag flag WHERE substr(flag.name, 1, 7) = 'gitaly_'
  )),
  (SELECT maintenance.message FROM git_access_maintenance maintenance LIMIT 1),

  token.id, json(token.scopes), token.expires_at, token.revoked, token.last_used_at,

  CASE WHEN %(key_owner_id)s IS NULL OR key.kind = 'deploy' THEN key.id END,
  key.kind = 'deploy', key.algorithm, key.bits, key.expires_at, key.last_used_at,

  account.id, account.username, account.state, account.user_type, account.admin, account.external,
  account.confirmed_at IS NOT NULL, account.password_expires_at, account.password_automatically_set,
  account.locked_at,
  account.otp_required_for_login OR EXISTS (
    SELECT 1 FROM ssh_keys_secondfactordevice device WHERE device.user_id = account.id
  ),
  COALESCE((
    SELECT EXISTS (
      SELECT 1 FROM directory_termsacceptance acceptance
      WHERE acceptance.user_id = account.id AND acceptance.terms_id = latest.id
    ) FROM directory_terms latest ORDER BY latest.id DESC LIMIT 1
  ), 1),
  account.last_activity_on,

  namespace.id, namespace.kind, namespace_route.path, namespace.owner_id, namespace.visibility_level,
  namespace.wiki_access_level, namespace.wiki_repository_exists, namespace.repository_read_only,
  namespace.project_creation_level, namespace.default_branch_protection,
  EXISTS (
    SELECT 1 FROM {_ANCESTORS.format("namespace")} ancestor CROSS JOIN directory_namespace above
    WHERE above.id = ancestor.value AND above.archived
  ),
  (
    SELECT above.repository_size_limit
    FROM {_ANCESTORS.format("namespace")} ancestor CROSS JOIN directory_namespace above
    WHERE above.id = ancestor.value AND above.repository_size_limit IS NOT NULL
    ORDER BY above.depth DESC LIMIT 1
  ),
  (
    SELECT above.lfs_enabled
    FROM {_ANCESTORS.format("namespace")} ancestor CROSS JOIN directory_namespace above
    WHERE above.id = ancestor.value AND above.lfs_enabled IS NOT NULL
    ORDER BY above.depth DESC LIMIT 1
  ),
  root.id, root.path, root.kind, root.enabled_git_access_protocol, root.enforce_ssh_certificates,
  json((
    SELECT json_group_array(restriction.cidr) FROM (
      SELECT cidr FROM git_access_iprestriction WHERE group_id = root.id ORDER BY id
    ) AS restriction
  )),

  project.id, project_route.path, project.visibility_level, project.archived, project.repository_read_only,
  project.storage, project.disk_path, project.repository_exists, project.wiki_repository_exists,
  project.default_branch, project.repository_access_level, project.wiki_access_level,
  project.snippets_access_level, project.repository_size_limit,
  COALESCE(statistics.repository_size + statistics.lfs_objects_size, 0), project.lfs_enabled,

  snippet.id, snippet.author_id, snippet.visibility_level, snippet.storage, snippet.repository_read_only,
  snippet.repository_exists, snippet.default_branch
)
FROM located
LEFT JOIN directory_snippet snippet ON snippet.id = located.snippet_id
LEFT JOIN directory_project project ON project.id = COALESCE(located.project_id, snippet.project_id)
LEFT JOIN directory_route project_route ON project_route.project_id = project.id
LEFT JOIN directory_projectstatistics statistics ON statistics.project_id = project.id
LEFT JOIN directory_namespace namespace ON namespace.id = CASE
    WHEN project.id IS NOT NULL THEN project.namespace_id
    WHEN located.type = 'group-wiki' THEN (
      SELECT wanted.id FROM directory_namespace wanted
      WHERE wanted.id = located.group_id AND wanted.kind = 'group'
    )
    WHEN %(type)s IS NULL AND located.snippet_id IS NULL THEN (
      SELECT route.namespace_id FROM directory_route route
      WHERE lower(route.path) = lower(%(parent)s) AND route.namespace_id IS NOT NULL
    )
  END
LEFT JOIN directory_route namespace_route ON namespace_route.namespace_id = namespace.id
LEFT JOIN directory_namespace root ON root.id = CAST(namespace.traversal AS INTEGER)
LEFT JOIN directory_personalaccesstoken token ON token.token_digest = %(token_digest)s
LEFT JOIN ssh_keys_key key
  ON key.id = COALESCE(%(key_id)s, %(key_owner_id)s) AND key.usage_type <> 'signing'
LEFT JOIN directory_user account ON account.id = CASE
    WHEN %(token_digest)s IS NOT NULL THEN token.user_id
    WHEN %(key_id)s IS NOT NULL OR %(key_owner_id)s IS NOT NULL THEN COALESCE(
      key.user_id,
      CASE key.kind WHEN 'deploy' THEN (
        SELECT ghost.id FROM directory_user ghost WHERE ghost.user_type = 'ghost' LIMIT 1
      ) END
    )
    WHEN %(user_id)s IS NOT NULL THEN %(user_id)s
    WHEN %(username)s IS NOT NULL THEN (
      SELECT named.id FROM directory_user named WHERE lower(named.username) = lower(%(username)s)
    )
  END
"""
