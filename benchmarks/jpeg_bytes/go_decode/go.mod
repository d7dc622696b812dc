module limen.example/go_decode

go 1.19
