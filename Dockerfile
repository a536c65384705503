# One image, two commands: `gunicorn` (the default) and `python manage.py worker`.

FROM python:3.11-slim AS build

RUN python -m venv /venv
COPY requirements/runtime.txt /requirements.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt


FROM python:3.11-slim

# A number, so that an orchestrator can see that it is not root; the code belongs to root and stays as it is.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin gitlab-internal \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py gunicorn.conf.py ./
COPY fixtures ./fixtures
COPY apps ./apps
COPY gitlab_internal ./gitlab_internal

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA=/data \
    BIND=0.0.0.0:8080
USER 10001:10001
VOLUME /data
EXPOSE 8080
CMD ["gunicorn"]
