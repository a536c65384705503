-- A large instance, made inside PostgreSQL. :users, :keys, :groups, :projects and :members are numbers.
INSERT INTO directory_user (id, password, username, name, email, confirmed_at, state, user_type, admin,
  external, password_automatically_set, projects_limit, otp_required_for_login, failed_attempts,
  last_activity_on, created_at)
SELECT i, '!', 'user' || i, 'User ' || i, 'user' || i || '@example.com', now(), 'active', 'human', false,
  i % 10 = 0, false, 100000, false, 0, current_date, now()
FROM generate_series(1, :users) i;

INSERT INTO directory_namespace (id, kind, parent_id, path, name, traversal, depth, visibility_level, archived,
  share_with_group_lock, enabled_git_access_protocol, enforce_ssh_certificates, wiki_access_level,
  repository_read_only, created_at)
SELECT i, 'group', CASE WHEN i % 3 = 1 THEN NULL ELSE i - 1 END, 'g' || i, 'g' || i,
  CASE i % 3 WHEN 1 THEN i || '/' WHEN 2 THEN (i - 1) || '/' || i || '/'
    ELSE (i - 2) || '/' || (i - 1) || '/' || i || '/' END,
  (i + 2) % 3, 0, false, false, '', false, 20, false, now()
FROM generate_series(1, :groups) i;

INSERT INTO directory_route (path, namespace_id)
SELECT CASE i % 3 WHEN 1 THEN 'g' || i WHEN 2 THEN 'g' || (i - 1) || '/g' || i
    ELSE 'g' || (i - 2) || '/g' || (i - 1) || '/g' || i END, i
FROM generate_series(1, :groups) i;

INSERT INTO directory_project (id, namespace_id, name, path, visibility_level, archived, pending_delete,
  repository_read_only, storage, disk_path, repository_exists, default_branch, object_format,
  printing_merge_request_link_enabled, repository_access_level, wiki_access_level, snippets_access_level,
  merge_requests_access_level, created_at)
SELECT i, 1 + i % :groups, 'p' || i, 'p' || i, CASE WHEN i % 5 = 0 THEN 20 ELSE 0 END, false, false, false,
  'default', '', true, 'main', 'sha1', true, 20, 20, 20, 20, now()
FROM generate_series(1, :projects) i;

INSERT INTO directory_route (path, project_id)
SELECT route.path || '/' || project.path, project.id
FROM directory_project project JOIN directory_route route ON route.namespace_id = project.namespace_id;

INSERT INTO directory_member (user_id, group_id, access_level, state, invite_email, created_at)
SELECT 1 + i % :users, 1 + (i::bigint * 7919) % :groups, (ARRAY[10, 20, 30, 40])[1 + i % 4], 'active', '', now()
FROM generate_series(1, :members) i ON CONFLICT DO NOTHING;

INSERT INTO directory_projectgrouplink (project_id, group_id, group_access)
SELECT i * 10, 1 + (i * 31) % :groups, 30 FROM generate_series(1, :projects / 10) i ON CONFLICT DO NOTHING;

INSERT INTO directory_groupgrouplink (shared_group_id, shared_with_group_id, group_access)
SELECT i * 20, i * 20 - 7, 30 FROM generate_series(1, :groups / 20) i ON CONFLICT DO NOTHING;

-- The blob of key number i is the text "key-i"; what is looked up is its digest.
INSERT INTO ssh_keys_key (id, kind, user_id, title, key, algorithm, bits, fingerprint_sha256, fingerprint_md5,
  usage_type, created_at, last_used_at)
SELECT i, 'user', 1 + i % :users, 'key ' || i, 'ssh-ed25519 ' || encode(('key-' || i)::bytea, 'base64'),
  'ssh-ed25519', 256, rtrim(encode(sha256(('key-' || i)::bytea), 'base64'), '='), md5('key-' || i),
  'auth_and_signing', now(), now()
FROM generate_series(1, :keys) i;
