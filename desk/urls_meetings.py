"""Addresses of the staff pages about joint meetings."""

from django.urls import path

from desk.views import agenda, invitations, meetings

meetings_urls = [
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting-new"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/change/", meetings.change, name="meeting-change"),
    path("meetings/<int:pk>/agenda/", agenda.add, name="meeting-add"),
    path("meetings/<int:pk>/invite/", invitations.invite, name="meeting-invite"),
    path("meetings/<int:pk>/issue/", meetings.issue, name="meeting-issue"),
    path("meetings/<int:pk>/print/", meetings.print_out, name="meeting-print"),
    path("meetings/<int:pk>/resolutions/<int:resolution>/", agenda.resolution, name="meeting-resolution"),
    path("meetings/items/<int:pk>/", agenda.item, name="agenda-item"),
    path("meetings/invitations/<int:pk>/", invitations.invitation, name="invitation"),
]
