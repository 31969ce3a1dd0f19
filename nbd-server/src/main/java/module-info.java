/** Serves block devices over the NBD protocol. */
module dev.ashlar.nbd.server {
    requires transitive dev.ashlar.raid.core;
    requires java.naming;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires org.slf4j;

    exports dev.ashlar.nbd;
    exports dev.ashlar.nbd.client;
    exports dev.ashlar.nbd.server;
}
