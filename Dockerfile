# JupyterLab with the kernel "Go (Vitrine)", for a user who is not root:
#
#   docker build --tag vitrine .
#   docker run --rm --publish 127.0.0.1:8888:8888 vitrine
#
# Everything is set up while the image is built, by the scripts that set up a checkout; nothing is downloaded when it runs.
FROM golang:1.26.8-bookworm

# Debian removes a package's older versions, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 --shell /bin/bash jovyan \
    && install --directory --owner=1000 --group=1000 /home/jovyan/vitrine

ENV HOME=/home/jovyan \
    USER=jovyan \
    GOPATH=/home/jovyan/go
COPY --chown=1000:1000 . /home/jovyan/vitrine
USER 1000
WORKDIR /home/jovyan/vitrine
RUN ./scripts/run --setup-only && ./scripts/vitrine doctor

# What else is started in the image, a terminal's go or another Jupyter, finds the same programs and the kernel.
ENV PATH=/home/jovyan/vitrine/.vitrine/go/bin:/home/jovyan/vitrine/.vitrine/venv/bin:$PATH \
    JUPYTER_PATH=/home/jovyan/vitrine/.vitrine/jupyter
EXPOSE 8888
CMD ["./scripts/lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
