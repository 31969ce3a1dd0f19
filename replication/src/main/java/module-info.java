/** Ships an array's write-ahead segments to a peer. So far its place and its vocabulary. */
module dev.ashlar.replication {
    exports dev.ashlar.replication;
}
