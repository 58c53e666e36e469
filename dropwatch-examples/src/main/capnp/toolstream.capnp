# The messages to a huatuo-bamai daemon's Unix socket: a connect message, a chunk for each event, and a chunk with end = true.
# CapnpFrames.java encodes them; a test decodes them with this schema.
@0xc0aefe4459d6cfa3;

struct ConnectRequest {
  toolName @0 :Text;
  version @1 :Text;
  taskID @2 :Text;
  protoVersion @3 :UInt32 = 1;
}

struct Chunk {
  data @0 :Data;
  flush @1 :Bool;
  end @2 :Bool;
  error @3 :Text;
  containerID @4 :Text;
}

struct Message {
  union {
    connect @0 :ConnectRequest;
    chunk @1 :Chunk;
  }
}
