module limen.example/protocol

go 1.19
