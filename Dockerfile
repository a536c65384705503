# One image, three commands: `gunicorn` (the default), `python manage.py worker`, `python manage.py migrate`.

FROM python:3.11-slim AS build

RUN python -m venv /venv
COPY requirements/runtime.txt /requirements.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt
WORKDIR /app
COPY manage.py gunicorn.conf.py ./
COPY fixtures ./fixtures
COPY apps ./apps
COPY gitlab_internal ./gitlab_internal
# The admin site's files belong to the version, not to an instance's data.
RUN DATA=/tmp/build STATIC_ROOT=/app/static SECRET_KEY=unused /venv/bin/python manage.py collectstatic --no-input


FROM python:3.11-slim

# Numbers, so that an orchestrator can see that it is not root. They are those of GitLab's own images: a secret
# that is shared with them stays readable for its owner alone. The code belongs to root and stays as it is.
RUN install --directory --owner=1000 --group=1000 --mode=0700 /data /shared
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA=/data \
    STATIC_ROOT=/app/static \
    BIND=0.0.0.0:8080
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/-/liveness', timeout=4)"]
CMD ["gunicorn"]
