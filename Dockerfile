# syntax=docker/dockerfile:1
# docker build --tag cnilint . && docker run --rm --volume "$PWD:/src:ro" cnilint check

FROM python:3.13-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /build
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY requirements requirements
COPY cnilint cnilint
COPY rules rules
RUN python -m venv --without-pip /opt/cnilint \
    && pip install --no-cache-dir --require-hashes --requirement requirements/build.txt --requirement requirements/cnilint.txt \
    && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
    && pip --python /opt/cnilint/bin/python install --no-cache-dir --require-hashes --requirement requirements/cnilint.txt \
    && pip --python /opt/cnilint/bin/python install --no-cache-dir --no-deps /tmp/wheel/*.whl

FROM python:3.13-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
LABEL org.opencontainers.image.title="cnilint" \
      org.opencontainers.image.description="Finds out which CNI will own the pods of a Kubernetes cluster, and whether that is a race" \
      org.opencontainers.image.source="https://github.com/cnilint/cnilint" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN pip uninstall --yes --quiet --root-user-action=ignore pip \
    && rm -r /usr/local/lib/python3.13/ensurepip \
    && useradd --system --uid 65532 --user-group --no-create-home --shell /usr/sbin/nologin cnilint
COPY --from=build /opt/cnilint /opt/cnilint
ENV PATH="/opt/cnilint/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["cnilint"]
CMD ["check"]
