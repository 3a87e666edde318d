# One image for web, workers, beat, Flower and the one-shot setup.
FROM python:3.11-slim-bookworm

# requirements-dev.txt for development: docker-compose.dev.yml asks for it
ARG REQUIREMENTS=requirements.txt

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/srv/data \
    MEDIA_ROOT=/srv/media

# Volumes take the owner of the folder that they are mounted on.
RUN useradd --system --uid 10001 --home-dir /srv/data catalogue \
    && install -d -o catalogue -g catalogue /srv/data /srv/media /srv/flower /srv/beat

WORKDIR /app
COPY requirements.txt requirements-dev.txt ./
RUN pip install --requirement "$REQUIREMENTS"

COPY . .
USER catalogue
# Into the image, not into a volume, where the files of an older image would stay.
RUN SECRET_KEY=unused python manage.py collectstatic --no-input --verbosity=0

EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"]
