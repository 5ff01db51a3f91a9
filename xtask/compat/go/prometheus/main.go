// A service that counts its requests by client_golang and gives the figures at
// /metrics.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// stock is read when it is asked for.
type stock struct{ description *prometheus.Desc }

// Describe names the figures.
func (s stock) Describe(descriptions chan<- *prometheus.Desc) { descriptions <- s.description }

// Collect gives them.
func (s stock) Collect(metrics chan<- prometheus.Metric) {
	for i, item := range []string{"apple", "pear"} {
		metrics <- prometheus.MustNewConstMetric(s.description, prometheus.GaugeValue, float64(10*i), item)
	}
}

func main() {
	registry := prometheus.NewRegistry()
	factory := promauto.With(registry)
	orders := factory.NewCounterVec(prometheus.CounterOpts{
		Namespace: "shop", Name: "orders_total", Help: "Orders.\nBy item.", ConstLabels: prometheus.Labels{"zone": `a"b`},
	}, []string{"item"})
	prices := factory.NewHistogram(prometheus.HistogramOpts{
		Name: "price_euro", Help: "Prices.", Buckets: prometheus.ExponentialBuckets(1, 10, 4),
	})
	quantiles := factory.NewSummary(prometheus.SummaryOpts{
		Name: "price_quantiles", Help: "Prices again.", Objectives: map[float64]float64{0.5: 0.05, 0.99: 0.001},
	})
	open := factory.NewGauge(prometheus.GaugeOpts{Name: "open_orders", Help: "Orders that are not paid."})
	registry.MustRegister(stock{prometheus.NewDesc("stock_items", "What is left.", []string{"item"}, nil)})

	order := func(w http.ResponseWriter, r *http.Request) {
		price, err := strconv.ParseFloat(r.PathValue("price"), 64)
		if err != nil {
			http.Error(w, "no price", http.StatusBadRequest)
			return
		}
		orders.WithLabelValues(r.PathValue("item")).Inc()
		prices.Observe(price)
		quantiles.Observe(price)
		open.Add(price)
		fmt.Fprintln(w, "ordered")
	}
	requests := factory.NewCounterVec(prometheus.CounterOpts{Name: "requests_total", Help: "Requests."}, []string{"code", "method"})
	mux := http.NewServeMux()
	mux.Handle("/order/{item}/{price}", promhttp.InstrumentHandlerCounter(requests, http.HandlerFunc(order)))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	mux.HandleFunc("GET /again", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, registry.Register(open), registry.Unregister(open), registry.Register(open))
	})
	mux.HandleFunc("GET /runtime", runtime)
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), mux))
}

// runtime says of Go's own figures which there are; the numbers differ from
// run to run.
func runtime(w http.ResponseWriter, _ *http.Request) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewBuildInfoCollector())
	families, err := registry.Gather()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for _, family := range families {
		fmt.Fprintln(w, family.GetName(), family.GetType())
	}
}
