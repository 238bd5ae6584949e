# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w -X main.version=${VERSION:-dev}" -o /linli ./server
# A new volume takes over the owner of the folder that it covers: nobody but nonroot may write there.
RUN mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /linli /linli
COPY --from=build --chown=65532:65532 /data /data
ENV LINLI_LISTEN=:8080 LINLI_DATA=/data LINLI_BACKUP_DIR=/data/backups
VOLUME /data
EXPOSE 8080
USER nonroot
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/linli", "health"]
ENTRYPOINT ["/linli"]
CMD ["serve"]
