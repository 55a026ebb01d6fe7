FROM python:3.13-slim
WORKDIR /app
COPY requirements.lock pyproject.toml Makefile ./
COPY tools tools
RUN sh tools/setup.sh /app/.venv
COPY . .
RUN useradd --system --home-dir /data formwright && mkdir -p /data && chown formwright /data
USER formwright
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["formwright", "serve", "--host", "0.0.0.0", "--port", "8000"]
