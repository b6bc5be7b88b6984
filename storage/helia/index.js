// The names that assay-storage uses of Helia, from where they are installed: npm run helia.
export { withBitswap } from "@helia/bitswap";
export { withHTTP } from "@helia/http";
export { withLibp2pLight } from "@helia/libp2p";
export { identify } from "@libp2p/identify";
export { noise } from "@libp2p/noise";
export { tcp } from "@libp2p/tcp";
export { yamux } from "@libp2p/yamux";
export { multiaddr } from "@multiformats/multiaddr";
export { FsDatastore } from "datastore-fs";
export { createHeliaLight } from "helia";
