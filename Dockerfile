# The four vendors in a container: docker build -t mockservers . && docker run --rm -p 8080:8080 mockservers
ARG BASE=python:3.13-slim

# hadolint ignore=DL3006
FROM ${BASE} AS build
WORKDIR /build
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /opt/mockservers \
 && /opt/mockservers/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY contracts contracts
COPY fixtures fixtures
COPY mockservers mockservers
RUN /opt/build/bin/pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -w dist . \
 && /opt/mockservers/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps dist/*.whl \
 && /opt/mockservers/bin/python -m compileall -q /opt/mockservers/lib \
 && /opt/mockservers/bin/pip uninstall --yes --quiet pip \
 && install -d -o 10001 -g 10001 /spool /tls

# hadolint ignore=DL3006
FROM ${BASE}
LABEL org.opencontainers.image.title="mockservers" \
      org.opencontainers.image.description="Local mocks of the import APIs of OmniSegment, FANSHIP, eSputnik and Zangsho that report what became of every item sent" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"
COPY --from=build /opt/mockservers /opt/mockservers
COPY --from=build --chown=10001:10001 /spool /spool
COPY --from=build --chown=10001:10001 /tls /tls
ENV PATH=/opt/mockservers/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MOCKSERVERS_HOST=0.0.0.0 \
    MOCKSERVERS_PORT=8080 \
    MOCKSERVERS_SPOOL_DIR=/spool \
    MOCKSERVERS_TLS_DIR=/tls
# Large uploads lie in the one while they are needed; a tmpfs would be memory. With --tls the other keeps the certificate
# authority that is made at the first start: it is in no image.
VOLUME ["/spool", "/tls"]
USER 10001:10001
EXPOSE 8080 8081 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 CMD ["mockservers", "healthcheck"]
ENTRYPOINT ["mockservers"]
CMD ["serve"]
