/** `js_sdk_client.ts PROFILE`: prints the ARN that the AWS SDK for JavaScript gets for a profile of the config file. */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";

const credentials = fromIni({ profile: Deno.args[0]!, clientConfig: { region: "eu-central-1" } });
const client = new STSClient({ region: "eu-central-1", credentials });
console.log((await client.send(new GetCallerIdentityCommand({}))).Arn);
