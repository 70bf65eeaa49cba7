# Build:  docker build -t chatbot .
# Run:    docker run --read-only --tmpfs /tmp -v chatbot-index:/app/index -p 127.0.0.1:7860:7860 chatbot
# More in docs/operations.md.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# torch first and without CUDA, which is gigabytes that nothing here uses.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install torch==2.13.0 --index-url "$TORCH_INDEX"

COPY pyproject.toml README.md LICENSE ./
COPY chatbot chatbot
RUN pip install --editable .

COPY corpus corpus

# The one place that is written to: the index, the assembled model and the feedback.
RUN useradd --system --uid 10001 --no-create-home chatbot && mkdir index && chown chatbot index
VOLUME /app/index
USER chatbot

ENV HOME=/tmp CHATBOT_HOST=0.0.0.0
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
# Answers on their way are finished when it is stopped.
STOPSIGNAL SIGTERM
CMD ["chatbot", "serve"]
