# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w -X main.version=${VERSION:-dev}" -o /linli ./server

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /linli /linli
ENV LINLI_LISTEN=:8080 LINLI_DATA=/data
VOLUME /data
EXPOSE 8080
USER nonroot
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/linli", "health"]
ENTRYPOINT ["/linli"]
CMD ["serve"]
