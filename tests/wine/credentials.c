/*
 * A second program on the same Credential Manager: it does with CredWriteW, CredReadW and CredEnumerateW what aws-vault does there.
 * One request per line on stdin, one answer per line on stdout, text in hex of UTF-8:
 *
 *   write TARGET BLOB   -> ok | error N
 *   read TARGET         -> BLOB USERNAME PERSIST (an empty part is "-") | error N
 *   list PREFIX         -> TARGET... | error N
 *   delete TARGET       -> ok | error N
 */
#include <windows.h>
#include <wincred.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 200000

static char line[LINE_BYTES];

static size_t from_hex(const char *hex, unsigned char *out)
{
    size_t length = 0;
    unsigned byte;
    if (strcmp(hex, "-") == 0) return 0;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) out[length++] = (unsigned char)byte;
    return length;
}

static void print_hex(const unsigned char *bytes, size_t length)
{
    if (length == 0) printf("-");
    for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
}

static WCHAR *wide(const char *hex)
{
    static unsigned char utf8[LINE_BYTES];
    static WCHAR units[LINE_BYTES];
    int bytes = (int)from_hex(hex, utf8);
    int count = MultiByteToWideChar(CP_UTF8, 0, (char *)utf8, bytes, units, LINE_BYTES - 1);
    units[count] = 0;
    return units;
}

static void print_wide(const WCHAR *units)
{
    static char utf8[LINE_BYTES];
    int bytes = units ? WideCharToMultiByte(CP_UTF8, 0, units, -1, utf8, LINE_BYTES, NULL, NULL) : 1;
    print_hex((unsigned char *)utf8, bytes - 1);
}

static void write_one(const char *target, const char *blob)
{
    static unsigned char bytes[LINE_BYTES];
    CREDENTIALW credential = {0};
    credential.Type = CRED_TYPE_GENERIC;
    credential.TargetName = wide(target);
    credential.CredentialBlobSize = (DWORD)from_hex(blob, bytes);
    credential.CredentialBlob = bytes;
    credential.Persist = CRED_PERSIST_LOCAL_MACHINE;
    if (CredWriteW(&credential, 0)) printf("ok");
    else printf("error %lu", GetLastError());
}

static void read_one(const char *target)
{
    CREDENTIALW *found;
    if (!CredReadW(wide(target), CRED_TYPE_GENERIC, 0, &found)) {
        printf("error %lu", GetLastError());
        return;
    }
    print_hex(found->CredentialBlob, found->CredentialBlobSize);
    printf(" ");
    print_wide(found->UserName);
    printf(" %lu", found->Persist);
    CredFree(found);
}

static void list_all(const char *prefix)
{
    WCHAR filter[1024];
    CREDENTIALW **found;
    DWORD count;
    _snwprintf(filter, 1024, L"%ls*", wide(prefix));
    if (!CredEnumerateW(filter, 0, &count, &found)) {
        printf("error %lu", GetLastError());
        return;
    }
    for (DWORD i = 0; i < count; i++) {
        if (i > 0) printf(" ");
        print_wide(found[i]->TargetName);
    }
    CredFree(found);
}

int main(void)
{
    while (fgets(line, sizeof line, stdin)) {
        const char *verb = strtok(line, " \r\n");
        const char *first = strtok(NULL, " \r\n");
        const char *second = strtok(NULL, " \r\n");
        if (!verb || !first) printf("error 87");
        else if (strcmp(verb, "write") == 0 && second) write_one(first, second);
        else if (strcmp(verb, "read") == 0) read_one(first);
        else if (strcmp(verb, "list") == 0) list_all(first);
        else if (strcmp(verb, "delete") == 0) {
            if (CredDeleteW(wide(first), CRED_TYPE_GENERIC, 0)) printf("ok");
            else printf("error %lu", GetLastError());
        } else printf("error 87");
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
