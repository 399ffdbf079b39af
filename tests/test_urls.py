"""Every address × every member of the cast → the expected status, in one table."""

import json
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from cases import services as cases
from cases.job_kinds import CHECK
from desk.ledgers.exporting import EXPORT
from files.services import ingest_photo
from grids.models import Area, Post
from grids.services import centres, handovers, nearby, organizations, selecting
from grids.services.postings import Place
from households.services import pairing
from jobs import imports
from jobs import services as jobs
from visits import envelope, records
from visits import services as visits
from visits.services import syncing
from visits.services.uploading import keep_photo
from wishes import services as wishes

CAST = ["anonymous", "wang", "he", "chen", "zhao", "qian", "sun", "li", "outsider", "clerk", "admin"]

# 302: to the sign-in page, or for residents to the number and the digits. 404: not there, or not theirs. 405: wants POST.
# `wang` holds the case and has asked for a refusal in another one; `admin` runs the portal and has no posting.
# Nobody of the cast registered to claim wishes: those pages lead to registering first.
# An address that depends on what is asked stands once for each, after a slash.
TABLE = """
                           anon wang   he chen zhao qian  sun   li outs clrk admn
GET  healthz                200  200  200  200  200  200  200  200  200  200  200
GET  readyz                 200  200  200  200  200  200  200  200  200  200  200

GET  public:home            200  200  200  200  200  200  200  200  200  200  200
GET  public:request         200  200  200  200  200  200  200  200  200  200  200
POST public:request         200  200  200  200  200  200  200  200  200  200  200
GET  public:kinds           200  200  200  200  200  200  200  200  200  200  200
GET  public:places          200  200  200  200  200  200  200  200  200  200  200
GET  public:similar         200  200  200  200  200  200  200  200  200  200  200
GET  public:where           405  405  405  405  405  405  405  405  405  405  405
POST public:where           200  200  200  200  200  200  200  200  200  200  200
GET  public:grids           200  200  200  200  200  200  200  200  200  200  200
GET  public:grid            200  200  200  200  200  200  200  200  200  200  200
GET  public:centre-picture  404  404  404  404  404  404  404  404  404  404  404
POST public:centre-picture  405  405  405  405  405  405  405  405  405  405  405
GET  public:points          200  200  200  200  200  200  200  200  200  200  200
POST public:points          405  405  405  405  405  405  405  405  405  405  405
GET  public:join            302  302  302  302  302  302  302  302  302  302  302
GET  public:receipt         302  302  302  302  302  302  302  302  302  302  302
GET  public:track           200  200  200  200  200  200  200  200  200  200  200
POST public:track           200  200  200  200  200  200  200  200  200  200  200
GET  public:progress        302  302  302  302  302  302  302  302  302  302  302
GET  public:answer          302  302  302  302  302  302  302  302  302  302  302
POST public:answer          302  302  302  302  302  302  302  302  302  302  302
GET  public:withdraw        302  302  302  302  302  302  302  302  302  302  302
POST public:withdraw        302  302  302  302  302  302  302  302  302  302  302
GET  public:add             302  302  302  302  302  302  302  302  302  302  302
POST public:add             302  302  302  302  302  302  302  302  302  302  302
GET  public:leave           405  405  405  405  405  405  405  405  405  405  405
POST public:leave           302  302  302  302  302  302  302  302  302  302  302
GET  public:photo           302  302  302  302  302  302  302  302  302  302  302
GET  public:cadre           200  200  200  200  200  200  200  200  200  200  200
POST public:cadre           405  405  405  405  405  405  405  405  405  405  405
GET  public:privacy         200  200  200  200  200  200  200  200  200  200  200
GET  public:rights          200  200  200  200  200  200  200  200  200  200  200
GET  public:size            405  405  405  405  405  405  405  405  405  405  405
GET  public:claims          302  302  302  302  302  302  302  302  302  302  302
POST public:claims          405  405  405  405  405  405  405  405  405  405  405
GET  public:claim           302  302  302  302  302  302  302  302  302  302  302
GET  public:claim-contact   405  405  405  405  405  405  405  405  405  405  405
POST public:claim-contact   302  302  302  302  302  302  302  302  302  302  302
GET  public:claim-act/progress 302 302 302 302 302  302  302  302  302  302  302
POST public:claim-act/progress 302 302 302 302 302  302  302  302  302  302  302
GET  public:claim-photo     302  302  302  302  302  302  302  302  302  302  302
GET  public:wish-claim      302  302  302  302  302  302  302  302  302  302  302
POST public:wish-claim      302  302  302  302  302  302  302  302  302  302  302
GET  public:volunteer       200  200  200  200  200  200  200  200  200  200  200
POST public:volunteer       200  200  200  200  200  200  200  200  200  200  200
GET  public:volunteer-invited 404 404 404 404 404  404  404  404  404  404  404
POST public:volunteer-invited 404 404 404 404 404  404  404  404  404  404  404

GET  public:wishes          200  200  200  200  200  200  200  200  200  200  200
POST public:wishes          405  405  405  405  405  405  405  405  405  405  405
GET  public:wish-form       200  200  200  200  200  200  200  200  200  200  200
POST public:wish-form       200  200  200  200  200  200  200  200  200  200  200
GET  public:wish-receipt    302  302  302  302  302  302  302  302  302  302  302
GET  public:wishes-done     200  200  200  200  200  200  200  200  200  200  200
POST public:wishes-done     405  405  405  405  405  405  405  405  405  405  405
GET  public:wish-progress   302  302  302  302  302  302  302  302  302  302  302
GET  public:wish-answer     302  302  302  302  302  302  302  302  302  302  302
POST public:wish-answer     302  302  302  302  302  302  302  302  302  302  302
GET  public:wish-cancel     302  302  302  302  302  302  302  302  302  302  302
POST public:wish-cancel     302  302  302  302  302  302  302  302  302  302  302
GET  public:wish-complete   302  302  302  302  302  302  302  302  302  302  302
POST public:wish-complete   302  302  302  302  302  302  302  302  302  302  302
GET  public:wish-thank      302  302  302  302  302  302  302  302  302  302  302
POST public:wish-thank      302  302  302  302  302  302  302  302  302  302  302

GET  accounts:sign-in       200  302  302  302  302  302  302  302  302  302  302
GET  accounts:sign-out      405  405  405  405  405  405  405  405  405  405  405
GET  accounts:password      302  200  200  200  200  200  200  200  200  200  200
GET  accounts:profile       302  200  200  200  200  200  200  200  200  200  200
POST accounts:profile       302  405  405  405  405  405  405  405  405  405  405

GET  desk:home              302  200  200  200  200  200  200  200  200  403  403
GET  desk:search             302  200  200  200  200  200  200  200  200  403  403
POST desk:search             302  302  302  302  302  302  302  302  302  403  403
GET  desk:cases             302  200  200  200  200  200  200  200  200  403  403
GET  desk:bulk              302  405  405  405  405  405  405  405  405  403  403
POST desk:bulk              302  302  302  302  302  302  302  302  302  403  403
GET  desk:register          302  200  200  200  200  403  403  403  200  403  403
POST desk:register          302  200  200  200  200  403  403  403  200  403  403
GET  desk:case              302  200  200  200  200  200  200  404  404  403  403
POST desk:case              302  405  405  405  405  405  405  405  405  403  403
GET  desk:act/sign          302  200  403  403  403  403  403  404  404  403  403
POST desk:act/sign          302  302  403  403  403  403  403  404  404  403  403
GET  desk:act/note          302  200  200  200  403  200  200  404  404  403  403
GET  desk:act/collect       302  403  403  403  403  403  403  404  404  403  403
GET  desk:act/withdraw      302  404  404  404  404  404  404  404  404  403  403
GET  desk:contact           302  200  200  200  403  403  403  404  404  403  403
GET  desk:photo             302  200  200  200  200  200  200  404  404  403  403
GET  desk:decide            302  403  403  200  403  403  403  404  404  403  403
GET  desk:cards             302  200  200  200  200  403  403  403  200  403  403
POST desk:cards             302  200  200  200  200  403  403  403  200  403  403
GET  desk:ledger            302  403  403  403  403  200  200  403  403  403  403
GET  desk:notices           302  200  200  200  200  200  200  200  200  403  403
GET  desk:import            302  403  200  200  200  403  403  403  200  403  403
GET  desk:import-job        302  403  200  404  404  403  403  403  404  403  403
GET  desk:sheets            302  200  200  200  200  200  403  403  200  403  403
GET  desk:sheet             302  200  200  200  403  403  403  403  403  403  403
GET  desk:sheet-job         302  404  200  404  404  404  403  403  404  403  403
GET  desk:sheet-faults      302  404  404  404  404  404  403  403  404  403  403
GET  desk:export-ledger/cases 302  403  200  200  200  200  200  403  200  403  403
GET  desk:export-ledger/wishes 302 403 200  200  200  200  200  403  200  403  403
GET  desk:export-ledger/households 302  403  200  200  200  403  403  403  200  403  403
POST desk:export-ledger/households 302  403  403  200  200  403  403  403  200  403  403
GET  desk:export-ledger/care-tags 302  403  200  200  403  403  403  403  403  403  403
GET  desk:export-ledger/posts 302  403  200  200  200  200  200  403  200  403  403
GET  desk:export-ledger/nothing 302  403  404  404  404  404  404  403  404  403  403
GET  desk:ledger-job        302  403  200  404  404  404  404  403  404  403  403
GET  desk:ledger-file       302  403  302  404  404  404  404  403  404  403  403

GET  desk:wishes            302  200  200  200  200  200  200  200  200  403  403
POST desk:wishes            302  405  405  405  405  405  405  405  405  403  403
GET  desk:wish-register     302  200  200  200  200  403  403  403  200  403  403
POST desk:wish-register     302  200  200  200  200  403  403  403  200  403  403
GET  desk:wish              302  200  200  200  200  200  200  404  404  403  403
POST desk:wish              302  405  405  405  405  405  405  405  405  403  403
GET  desk:wish-act/publish  302  403  200  200  200  200  403  404  404  403  403
POST desk:wish-act/publish  302  403  200  200  200  200  403  404  404  403  403
GET  desk:wish-act/note     302  200  200  200  200  200  200  404  404  403  403
POST desk:wish-act/cancel   302  302  302  302  302  302  302  404  404  403  403
GET  desk:wish-act/claim    302  404  404  404  404  404  404  404  404  403  403
GET  desk:wish-contact      302  200  200  200  200  403  403  404  404  403  403
POST desk:wish-contact      302  200  200  200  200  403  403  404  404  403  403
GET  desk:wish-photo        302  200  200  200  200  200  200  404  404  403  403
GET  desk:volunteers        302  403  200  200  200  200  403  403  200  403  403
GET  desk:volunteer         302  403  200  200  200  200  403  403  404  403  403
POST desk:volunteer         302  403  200  200  200  200  403  403  404  403  403
GET  desk:unit-invite       302  403  200  200  200  200  403  403  200  403  403
POST desk:unit-invite       302  403  200  200  200  200  403  403  200  403  403

GET  desk:households        302  200  200  200  200  403  403  403  200  403  403
GET  desk:household-new     302  200  200  200  403  403  403  403  403  403  403
POST desk:household-new     302  200  200  200  403  403  403  403  403  403  403
GET  desk:household         302  200  200  200  200  403  403  200  404  403  403
GET  desk:household-history 302  200  200  200  200  403  403  200  404  403  403
GET  desk:household-sheet   302  200  200  200  200  403  403  200  404  403  403
GET  desk:household-act/change 302 200 200 200  403  403  403  403  404  403  403
POST desk:household-act/move-out 302 200 200 200 403 403  403  403  404  403  403
GET  desk:household-act/tag 302  200  200  200  403  403  403  403  404  403  403
GET  desk:household-act/no  302  404  404  404  404  403  403  404  404  403  403
GET  desk:household-reveal/address 302 200 200 200 200 403 403  200  404  403  403
POST desk:household-reveal/address 302 200 200 200 200 403 403  200  404  403  403
GET  desk:household-reveal/search  302 404 404 404 404 403 403  404  404  403  403
GET  desk:ground            302  302  302  302  302  302  302  403  302  403  403
GET  desk:area              302  200  200  200  200  200  200  403  404  403  403
GET  desk:area-edit         302  403  200  200  200  200  403  403  404  403  403
POST desk:area-edit         302  403  302  302  302  302  403  403  404  403  403
GET  desk:compound-new      302  403  200  200  200  200  403  403  200  403  403
POST desk:compound-new      302  403  200  200  200  200  403  403  200  403  403
GET  desk:compound          302  200  200  200  200  200  200  403  404  403  403
GET  desk:compound-edit     302  403  200  200  200  200  403  403  404  403  403
POST desk:compound-edit     302  403  200  200  200  200  403  403  404  403  403
GET  desk:compound-close    302  403  405  405  405  405  403  403  405  403  403
POST desk:compound-close    302  403  302  302  302  302  403  403  404  403  403
GET  desk:buildings-add     302  403  200  200  200  200  403  403  404  403  403
POST desk:buildings-add     302  403  200  200  200  200  403  403  404  403  403
GET  desk:building-edit     302  403  200  200  200  200  403  403  404  403  403
POST desk:building-edit     302  403  200  200  200  200  403  403  404  403  403
GET  desk:building-close    302  403  405  405  405  405  403  403  405  403  403
POST desk:building-close    302  403  302  302  302  302  403  403  404  403  403
GET  desk:body              302  403  200  200  200  200  403  403  404  403  403
POST desk:body              302  403  200  200  200  200  403  403  404  403  403
GET  desk:body-end          302  403  405  405  405  405  403  403  405  403  403
POST desk:body-end          302  403  302  302  302  302  403  403  404  403  403
GET  desk:partnership-new   302  403  200  200  200  200  403  403  404  403  403
POST desk:partnership-new   302  403  200  200  200  200  403  403  404  403  403
GET  desk:compound-partnership-new 302  403  200  200  200  200  403  403  404  403  403
POST desk:compound-partnership-new 302  403  200  200  200  200  403  403  404  403  403
GET  desk:partnership-end   302  403  405  405  405  405  403  403  405  403  403
POST desk:partnership-end   302  403  302  302  302  302  403  403  404  403  403
GET  desk:group-new         302  403  200  200  200  200  403  403  200  403  403
POST desk:group-new         302  403  200  200  200  200  403  403  200  403  403
GET  desk:group-edit        302  403  200  200  200  200  403  403  404  403  403
POST desk:group-edit        302  403  200  200  200  200  403  403  404  403  403
GET  desk:group-close       302  403  405  405  405  405  403  403  405  403  403
POST desk:group-close       302  403  302  302  302  302  403  403  404  403  403
GET  desk:organizations     302  200  200  200  200  200  200  403  200  403  403
GET  desk:organization-new  302  403  200  200  200  200  403  403  200  403  403
POST desk:organization-new  302  403  200  200  200  200  403  403  200  403  403
GET  desk:organization      302  404  200  200  200  200  200  403  404  403  403
GET  desk:organization-edit 302  403  200  200  200  200  403  403  404  403  403
POST desk:organization-edit 302  403  200  200  200  200  403  403  404  403  403
GET  desk:organization-retire 302  403  405  405  405  405  403  403  405  403  403
POST desk:organization-retire 302  403  302  302  302  302  403  403  404  403  403
GET  desk:centres           302  200  200  200  200  200  200  403  200  403  403
GET  desk:centre-new        302  403  200  200  200  200  403  403  200  403  403
POST desk:centre-new        302  403  200  200  200  200  403  403  200  403  403
GET  desk:centre            302  404  200  200  200  200  200  403  404  403  403
GET  desk:centre-edit       302  403  200  200  200  200  403  403  404  403  403
POST desk:centre-edit       302  403  200  200  200  200  403  403  404  403  403
GET  desk:centre-inspect    302  403  200  200  200  200  403  403  404  403  403
POST desk:centre-inspect    302  403  200  200  200  200  403  403  404  403  403
GET  desk:centre-close      302  403  405  405  405  405  403  403  405  403  403
POST desk:centre-close      302  403  302  302  302  302  403  403  404  403  403
GET  desk:points            302  200  200  200  200  200  200  403  200  403  403
GET  desk:point-new         302  403  200  200  200  200  403  403  200  403  403
POST desk:point-new         302  403  200  200  200  200  403  403  200  403  403
GET  desk:point-edit        302  403  200  200  200  200  403  403  404  403  403
POST desk:point-edit        302  403  200  200  200  200  403  403  404  403  403
GET  desk:point-remove      302  403  405  405  405  405  403  403  405  403  403
POST desk:point-remove      302  403  302  302  302  302  403  403  404  403  403

GET  desk:pairings          302  200  200  200  200  200  200  200  200  403  403
GET  desk:pairing           302  200  200  200  200  404  404  200  404  403  403
POST desk:pairing           302  403  403  403  403  404  404  200  404  403  403
GET  desk:posts             302  200  200  200  200  200  403  403  200  403  403
GET  desk:posts-area        302  404  200  200  200  200  403  403  404  403  403
GET  desk:post-new          302  403  200  200  200  200  403  403  404  403  403
POST desk:post-new          302  403  200  200  200  200  403  403  404  403  403
GET  desk:posting           302  200  200  200  200  200  403  403  404  403  403
GET  desk:post-leave        302  403  200  200  200  200  403  403  404  403  403
POST desk:post-leave        302  403  200  200  200  200  403  403  404  403  403
GET  desk:post-return       302  403  405  405  405  405  403  403  405  403  403
POST desk:post-return       302  403  302  302  302  302  403  403  404  403  403
GET  desk:post-end          302  403  200  200  200  200  403  403  404  403  403
POST desk:post-end          302  403  200  200  200  200  403  403  404  403  403
GET  desk:handover-new      302  403  302  302  302  302  403  403  404  403  403
GET  desk:handover          302  200  200  200  200  200  404  404  404  404  404
POST desk:handover          302  405  405  405  405  405  405  405  405  405  405
GET  desk:handover-confirm  302  405  405  405  405  405  405  405  405  405  405
POST desk:handover-confirm  302  403  302  403  403  403  404  404  404  404  404
GET  desk:handover-cancel   302  403  405  405  405  405  403  403  405  403  403
POST desk:handover-cancel   302  403  302  302  302  302  403  403  404  403  403
GET  desk:selection-new     302  403  200  200  200  200  403  403  404  403  403
POST desk:selection-new     302  403  200  200  200  200  403  403  404  403  403
GET  desk:selection         302  403  200  200  200  200  403  403  404  403  403
GET  desk:selection-nominate 302 403  404  404  404  404  403  403  404  403  403
GET  desk:selection-notice  302  403  302  302  302  302  403  403  404  403  403
GET  desk:selection-act/publish 302 403 200 200 200 200  403  403  404  403  403
POST desk:selection-act/appoint 302 403 200 200 200 200  403  403  404  403  403
GET  desk:selection-nominee/stand 302 403 200 200 200 200 403 403 404  403  403
GET  desk:team              302  200  200  200  200  200  200  404  404  403  403

GET  field:today            302  200  200  200  403  403  403  403  403  403  403
POST field:today            302  200  200  200  403  403  403  403  403  403  403
GET  field:visit-new        302  200  200  200  403  403  403  403  403  403  403
POST field:visit-new        302  200  200  200  403  403  403  403  403  403  403
GET  field:call             302  200  200  200  403  403  403  403  403  403  403
POST field:call             302  200  200  200  403  403  403  403  403  403  403
GET  field:visit            302  200  200  200  403  403  403  403  403  403  403
POST field:visit            302  405  405  405  403  403  403  403  403  403  403
GET  field:visit-correct    302  200  403  403  403  403  403  403  403  403  403
POST field:visit-correct    302  200  403  403  403  403  403  403  403  403  403
GET  field:visit-photo      302  200  200  200  403  403  403  403  403  403  403
POST field:visit-photo      302  405  405  405  403  403  403  403  403  403  403
GET  field:visits           302  200  200  200  403  403  403  403  403  403  403
GET  field:buildings        302  200  200  200  403  403  403  403  403  403  403
GET  field:building         302  200  200  200  403  403  403  403  403  403  403
GET  field:mine             302  200  200  200  403  403  403  403  403  403  403
GET  field:raised           302  200  200  200  403  403  403  403  403  403  403
GET  field:suggestions      302  200  200  200  403  403  403  403  403  403  403
GET  field:upload           302  200  200  200  403  403  403  403  403  403  403
GET  field:onward           302  302  302  302  403  403  403  403  403  403  403
GET  field:shell            200  200  200  200  200  200  200  200  200  200  200
GET  service-worker         200  200  200  200  200  200  200  200  200  200  200
GET  manifest               200  200  200  200  200  200  200  200  200  200  200

GET  desk:review-items      302  403  200  200  200  403  403  403  200  403  403
POST desk:review-items      302  403  405  405  405  403  403  403  405  403  403
GET  desk:review-item       302  403  200  200  200  403  403  403  404  403  403
POST desk:review-item       302  403  200  200  200  403  403  403  404  403  403
GET  desk:devices           302  403  200  200  200  403  403  403  200  403  403
POST desk:devices           302  403  405  405  405  403  403  403  405  403  403

GET  sync:hello             405  405  405  405  405  405  405  405  405  405  405
POST sync:hello             401  400  400  400  400  400  400  400  400  400  400
GET  sync:submit            405  405  405  405  405  405  405  405  405  405  405
POST sync:submit            401  400  400  400  400  400  400  400  400  400  400
GET  sync:photo             405  405  405  405  405  405  405  405  405  405  405
POST sync:photo             405  405  405  405  405  405  405  405  405  405  405
GET  sync:receipts          401  200  200  200  200  200  200  200  200  200  200
POST sync:receipts          405  405  405  405  405  405  405  405  405  405  405
GET  sync:pack              401  200  200  200  404  404  404  404  404  404  404
POST sync:pack              405  405  405  405  405  405  405  405  405  405  405
GET  sync:unknown           401  404  404  404  404  404  404  404  404  404  404
POST sync:unknown           401  404  404  404  404  404  404  404  404  404  404

GET  api:schema             401  200  200  200  200  200  200  200  200  200  200
GET  api:areas              401  200  200  200  200  200  200  200  200  200  200
POST api:areas              401  405  405  405  405  405  405  405  405  405  405
GET  api:compounds          401  200  200  200  200  200  200  403  200  403  403
POST api:compounds          401  405  405  405  405  405  405  403  405  403  403
GET  api:categories         401  200  200  200  200  200  200  200  200  200  200
GET  api:wishes             401  200  200  200  200  200  200  200  200  403  403
POST api:wishes             401  400  400  400  400  403  403  403  400  403  403
GET  api:wish               401  200  200  200  200  200  200  404  404  403  403
GET  api:households         401  200  200  200  200  403  403  403  200  403  403
GET  api:household          401  200  200  200  200  403  403  403  404  403  403
GET  api:cases              401  200  200  200  200  200  200  200  200  403  403
POST api:cases              401  400  400  400  400  403  403  403  400  403  403
GET  api:case               401  200  200  200  200  200  200  404  404  403  403
GET  api:case-events        401  200  200  200  200  200  200  404  404  403  403
GET  api:case-action/sign   401  200  403  403  403  403  403  404  404  403  403
POST api:case-action/sign   401  200  403  403  403  403  403  404  404  403  403
POST api:case-action/note   401  400  400  400  403  400  400  404  404  403  403
GET  api:case-approval      401  405  405  405  405  405  405  405  405  403  403
POST api:case-approval      401  400  400  400  400  400  400  404  404  403  403
"""


def rows() -> list[tuple[str, str, list[int]]]:
    """(method, address, expected statuses in the order of CAST)."""
    lines = [line.split() for line in TABLE.strip().splitlines()[1:] if line]
    return [(method, address, [int(status) for status in statuses]) for method, address, *statuses in lines]


def addresses() -> set[str]:
    """Every named address outside the administration."""
    return {name for name in _walk(get_resolver().url_patterns) if not name.startswith("admin:")}


def _walk(patterns, space: str = "") -> list[str]:
    names = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            names.append(f"{space}{pattern.name}")
        else:
            names += _walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
    return names


def test_every_address_stands_in_the_table():
    assert {address.partition("/")[0] for _, address, _ in rows()} == addresses()


def test_every_row_names_the_whole_cast():
    assert {len(statuses) for _, _, statuses in rows()} == {len(CAST)}


@pytest.fixture
def admin(ground):
    """Runs the portal; has no posting, hence no right to read about residents."""
    return User.objects.create(
        username="guanli", full_name="管理员", is_staff=True, is_superuser=True, must_change_password=False
    )


@pytest.fixture
def cast(wang, he, chen, zhao, qian, sun, li, outsider, clerk, admin) -> dict[str, Client]:
    """A browser for everybody, signed in except for the first."""
    people = dict(zip(CAST[1:], [wang, he, chen, zhao, qian, sun, li, outsider, clerk, admin], strict=True))
    browsers = {"anonymous": Client()}
    for name, person in people.items():
        browsers[name] = Client()
        browsers[name].force_login(person)
    return browsers


@pytest.fixture
def arguments(make_case, make_household, make_wish, make_volunteer, wang, he, li, chen) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    photo = ingest_photo(SimpleUploadedFile("photo.png", picture.getvalue()))
    case = make_case(at=timezone.now(), photos=[photo])
    other = make_case(at=timezone.now())
    approval = cases.ask_refusal(other, "不属于受理范围", by=wang)
    job = jobs.start(CHECK, payload={}, by=he)
    sheet_job = jobs.start(imports.CHECK, payload={"sheet": "households"}, by=he)
    report = case.reports.get()
    household = make_household()
    exported = jobs.start(EXPORT, payload={"ledger": "cases", "unmasked": False}, by=he)
    return {
        "public:join": ["no-such-key"],
        "public:grid": [case.area_id],
        "public:receipt": [uuid4()],
        "public:wish-receipt": [uuid4()],
        "public:photo": [photo.pk, "full"],
        "public:centre-picture": [photo.pk],
        **{f"public:{name}": [uuid4()] for name in ("claim", "claim-contact", "claim-act", "claim-photo")},
        "public:wish-claim": ["WX2611230000001"],
        "public:volunteer-invited": ["no-such-token"],
        "desk:case": [case.number],
        "desk:act": [case.number],
        "desk:contact": [case.number, report.pk],
        "desk:photo": [photo.pk, "full"],
        "desk:decide": [approval.pk],
        "desk:import-job": [job.pk],
        "desk:sheet": ["households"],
        "desk:sheet-job": [sheet_job.pk],
        "desk:sheet-faults": [sheet_job.pk],
        "desk:ledger-job": [exported.pk],
        "desk:ledger-file": [exported.pk],
        "desk:household": [household.pk],
        "desk:household-history": [household.pk],
        "desk:household-sheet": [household.pk],
        "desk:household-act": [household.pk],
        "desk:household-reveal": [household.pk],
        "desk:review-item": [record_of(household, wang)],
        "sync:photo": [uuid4()],
        "sync:unknown": ["nowhere"],
        "desk:pairing": [pairing.pair(household, li, by=wang).pk],
        **places_of(household, he),
        **posts_of(wang, he, household.compound),
        **wishes_of(make_wish, make_volunteer(), photo, chen),
        **visits_of(household, wang),
        "api:household": [household.pk],
        "api:case": [case.number],
        "api:case-events": [case.number],
        "api:case-action": [case.number],
        "api:case-approval": [other.number, approval.pk],
    }


def record_of(household, by: User) -> UUID:
    """A record from a phone that names no outcome, so that somebody has to look at it."""
    body = {"id": str(uuid4()), "kind": "visit", "schema_version": 1, "household": household.pk, "fields": {}}
    row, _ = syncing.receive(envelope.sent(body), by=by)
    return syncing.process(row.pk, read=records.read).pk


def posts_of(wang: User, he: User, compound) -> dict[str, list]:
    """What stands in the addresses of posts: wang's posting on its way to he, a selection in their community."""
    posting, community = wang.postings.get(), Area.objects.get(code=compound.community)
    chen = User.objects.get(username="chen")
    handover = handovers.order_handover(posting, he, last_date=timezone.localdate(), by=chen)
    selection = selecting.open_selection(community, Post.objects.get(code="entrance_leader"), by=chen)
    entrance = Place.of(compound.buildings.get(number=3).entrances.first())
    nominee = selecting.nominate(selection, entrance, user=he, by=chen)
    of_posting = ("posting", "post-leave", "post-return", "post-end", "handover-new")
    of_handover = ("handover", "handover-confirm", "handover-cancel")
    of_selection = ("selection", "selection-nominate", "selection-notice", "selection-act")
    return {
        **{f"desk:{name}": [community.code] for name in ("posts-area", "post-new", "selection-new")},
        **{f"desk:{name}": [posting.pk] for name in of_posting},
        **{f"desk:{name}": [handover.pk] for name in of_handover},
        **{f"desk:{name}": [selection.pk] for name in of_selection},
        "desk:selection-nominee": [selection.pk, nominee.pk],
        "desk:team": [posting.area_id],
    }


def wishes_of(make_wish, helper: User, photo, chen: User) -> dict[str, list]:
    """What stands in the addresses of wishes: one to review, and one that was reported done with a photo."""
    wish, done = make_wish(at=timezone.now()), make_wish(at=timezone.now())
    wishes.publish(done, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
    wishes.deliver(wishes.claim(done, by=helper), photo=photo, by=helper)
    return {
        **{name: [wish.number] for name in ("api:wish", "desk:wish", "desk:wish-act", "desk:wish-contact")},
        "desk:wish-photo": [done.number],
        "desk:volunteer": [helper.volunteer.pk],
    }


def visits_of(household, by: User) -> dict[str, list]:
    """What stands in the addresses of visits: one with a photo, to the household."""
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    shot = keep_photo(SimpleUploadedFile("photo.png", picture.getvalue()), by=by)
    visit = visits.write_down(visits.Said(household, "met", photos=[shot.uuid]), by=by)
    return {
        **{f"field:{name}": [household.pk] for name in ("visit-new", "onward", "call")},
        **{f"field:{name}": [visit.uuid] for name in ("visit", "visit-correct")},
        "field:visit-photo": [shot.uuid],
        "field:building": [household.compound.buildings.get(number=3).pk],
    }


def places_of(household, by: User) -> dict[str, list]:
    """What stands in the addresses of places: of the household's own neighbourhood."""
    area, compound = household.area, household.compound
    community = Area.objects.get(code=area.parent_code)
    nearby.start_body(compound, kind="owners", on=timezone.localdate(), by=by)
    point = nearby.add_point(area, kind="service", name="代缴点", offers="代缴水电气暖费", by=by)
    centre = centres.open_centre(community, name="党群服务中心", by=by)
    post = Post.objects.get(code="grid_worker")
    group = nearby.open_group(area, name="居民群", owner_post=post, households=1, by=by)
    school = organizations.add_organization(name="新村小学", kind="school", area=community, by=by)
    partnership = organizations.begin_partnership(school, area, kind="paired", by=by)
    of = {
        "area": area.code, "compound": compound.pk, "buildings": compound.pk,
        "building": compound.buildings.first().pk, "body": compound.pk, "compound-partnership-new": compound.pk,
        "partnership": partnership.pk, "partnership-new": area.code, "group": group.pk, "organization": school.pk, "centre": centre.pk,
        "point": point.pk,
    }  # fmt: skip
    endings = ("", "-new", "-edit", "-close", "-end", "-add", "-inspect", "-retire", "-remove")
    new = ("compound-new", "group-new", "organization-new", "centre-new", "point-new")
    return {f"desk:{name}{end}": [pk] for name, pk in of.items() for end in endings if f"{name}{end}" not in new}


@pytest.mark.django_db
def test_every_member_of_the_cast_gets_what_the_table_says(cast, arguments):
    wrong = []
    for method, address, expected in rows():
        name, _, last = address.partition("/")
        path = reverse(name, args=arguments.get(name, []) + ([last] if last else []))
        found = [status_of(cast[member], method, path) for member in CAST]
        wrong += [
            f"{method} {address} as {member}: {got}, expected {wanted}"
            for member, got, wanted in zip(CAST, found, expected, strict=True)
            if got != wanted
        ]
    assert not wrong, "\n" + "\n".join(wrong)


def status_of(browser: Client, method: str, path: str) -> int:
    """The status of one request, whose effects are rolled back before the next member asks."""
    with transaction.atomic():
        if method == "GET":
            answer = browser.get(path)
        elif path.startswith("/api/"):
            answer = browser.post(path, json.dumps({}), content_type="application/json")
        else:
            answer = browser.post(path, {})
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.django_db
def test_nobody_signed_in_is_sent_to_the_sign_in_page_and_back(client, make_case):
    path = reverse("desk:case", args=[make_case().number])
    assert client.get(path).url == f"{reverse('accounts:sign-in')}?next={path}"


@pytest.mark.django_db
def test_an_account_without_a_posting_is_told_why_in_plain_words(clerk, client):
    client.force_login(clerk)
    page = client.get(reverse("desk:home"))
    assert page.status_code == 403
    assert "岗位" in page.content.decode()
