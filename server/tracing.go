package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// tracing is off unless a receiver is configured. Spans carry routes and times, no queries and no bodies.
func (a *app) tracing(ctx context.Context) ([]gin.HandlerFunc, error) {
	if a.cfg.OTLP == "" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(a.cfg.OTLP), otlptracehttp.WithTimeout(5*time.Second))
	if err != nil {
		return nil, fmt.Errorf("LINLI_OTLP: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter))
	a.closers = append(a.closers, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = provider.Shutdown(ctx)
	})
	return []gin.HandlerFunc{otelgin.Middleware("linli", otelgin.WithTracerProvider(provider))}, nil
}
