"""PostgreSQL, RabbitMQ and Solr where there is no Docker. Standard library only: it runs before
anything is installed, and imports nothing else of the project."""

from services.bundle import Services, from_environment
from services.postgresql import PostgreSQL
from services.rabbitmq import Account, RabbitMQ
from services.service import NotInstalledError, Service, ServiceError
from services.solr import Solr

__all__ = [
    "Account",
    "NotInstalledError",
    "PostgreSQL",
    "RabbitMQ",
    "Service",
    "ServiceError",
    "Services",
    "Solr",
    "from_environment",
]
