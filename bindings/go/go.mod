module github.com/limen-image/limen/bindings/go

go 1.19
