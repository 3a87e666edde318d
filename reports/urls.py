from django.urls import path

from reports import views

urlpatterns = [
    path("reports/catalogue/", views.catalogue_report, name="catalogue_report"),
    path("reports/catalogue.csv", views.catalogue_report_csv, name="catalogue_report_csv"),
    path("reports/catalogue.pdf", views.catalogue_report_pdf, name="catalogue_report_pdf"),
]
