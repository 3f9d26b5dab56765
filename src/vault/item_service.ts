/**
 * The service of aws-vault's own items, as stores that other programs share call it: the service of a keychain item, the prefix and name in
 * a target of the Credential Manager, a wallet and its folder. Tools built on the same library have one of their own.
 */
export const ITEM_SERVICE = "aws-vault";
