"""Profile pictures."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.pictures import PictureOutput, PointToPictureInput, UploadPictureInput
from accounts.models import User
from accounts.selectors import picture_url_of
from accounts.services.pictures import point_to_picture, upload_picture
from cinema_project.common.parsers import BoundedMultiPartParser, NothingElseParser


class UploadPicture(APIView):
    permission_classes = (IsAuthenticated,)
    parser_classes = (BoundedMultiPartParser, NothingElseParser)

    @extend_schema(
        operation_id="users_upload_picture",
        tags=["users"],
        summary="Upload a picture of oneself",
        description="Its middle is kept: a square of 512 pixels as WebP, upright, without metadata.",
        request={"multipart/form-data": UploadPictureInput},
        responses={
            200: PictureOutput,
            413: OpenApiResponse(description="The upload is larger than 6 MB."),
            415: OpenApiResponse(description="Send the body as multipart/form-data, each file in its field."),
        },
    )
    def put(self, request: SignedInRequest) -> Response:
        asked = UploadPictureInput(data=request.data)
        asked.is_valid(raise_exception=True)
        upload_picture(user=request.user, data=asked.validated_data["profile_picture"].read())
        return _updated(request.user)


class PointToPicture(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="users_point_to_picture",
        tags=["users"],
        summary="Use a picture that lies elsewhere",
        description="The address comes in the body, or without one in the query.",
        parameters=[OpenApiParameter("profile_picture_url", str, description="Counts when there is no body.")],
        request=PointToPictureInput,
        responses=PictureOutput,
    )
    def put(self, request: SignedInRequest) -> Response:
        asked = PointToPictureInput(data=request.data or request.query_params)
        asked.is_valid(raise_exception=True)
        point_to_picture(user=request.user, url=asked.validated_data["profile_picture_url"])
        return _updated(request.user)


def _updated(user: User) -> Response:
    told = {"message": "Profile picture updated", "profile_picture_url": picture_url_of(user)}
    return Response(PictureOutput(told).data)
