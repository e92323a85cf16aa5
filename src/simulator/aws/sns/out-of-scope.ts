import type { Actions } from "./call.ts";
import { invalid } from "./errors.ts";

const names = [
  "AddPermission",
  "CheckIfPhoneNumberIsOptedOut",
  "CreatePlatformApplication",
  "CreatePlatformEndpoint",
  "CreateSMSSandboxPhoneNumber",
  "DeleteEndpoint",
  "DeletePlatformApplication",
  "DeleteSMSSandboxPhoneNumber",
  "GetDataProtectionPolicy",
  "GetEndpointAttributes",
  "GetPlatformApplicationAttributes",
  "GetSMSAttributes",
  "GetSMSSandboxAccountStatus",
  "ListEndpointsByPlatformApplication",
  "ListOriginationNumbers",
  "ListPhoneNumbersOptedOut",
  "ListPlatformApplications",
  "ListSMSSandboxPhoneNumbers",
  "OptInPhoneNumber",
  "PutDataProtectionPolicy",
  "RemovePermission",
  "SetEndpointAttributes",
  "SetPlatformApplicationAttributes",
  "SetSMSAttributes",
  "VerifySMSSandboxPhoneNumber",
] as const;

/** Actions that AWS has and the simulator has not: they say so, rather than that there is no such action. */
export const outOfScopeActions: Actions = Object.fromEntries(
  names.map((name) => [
    name,
    () => {
      throw invalid(`Action Reason: this simulator has no ${name}: its topics deliver to SQS and HTTP(S) endpoints`);
    },
  ]),
);
