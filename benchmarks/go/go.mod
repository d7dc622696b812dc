module github.com/limen-image/limen/benchmarks/go

go 1.19

require github.com/limen-image/limen/bindings/go v0.1.0

replace github.com/limen-image/limen/bindings/go => ../../bindings/go
