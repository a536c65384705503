"""The contract as checks that run against any server of this API, over HTTP and with nothing but its answers.

Nothing in here knows how this service is made: no model, no setting. The other server may be a GitLab.
"""
