import assert from "node:assert/strict";
import { busSockets, sessionBusSockets, systemBusSockets } from "../../src/dbus/bus_address.ts";

Deno.test("busSockets finds the sockets of this machine in a list of addresses, in its order", () => {
  const rows: readonly (readonly [string, ...string[]])[] = [
    ["unix:path=/run/user/1000/bus", "/run/user/1000/bus"],
    ["unix:path=/run/user/1000/bus,guid=0123", "/run/user/1000/bus"],
    ["unix:guid=0123,path=/a", "/a"],
    ["unix:abstract=/tmp/dbus-x,guid=1;unix:path=/b", "\0/tmp/dbus-x", "/b"],
    ["unix:path=/with%20blank%2cand%3bmore", "/with blank,and;more"],
    ["unix:path=/%c3%bc", "/ü"],
    ["unix:path=/%ff;unix:path=/b", "/b"],
    ["unix:path=/a=b", "/a=b"],
    ["unix:path=relative"],
    ["unix:path="],
    ["unix:abstract="],
    ["unix:tmpdir=/tmp"],
    ["unix:"],
    ["UNIX:path=/a"],
    ["tcp:host=localhost,port=1;unix:path=/c", "/c"],
    ["unixexec:path=/bin/false,argv1=x"],
    ["launchd:env=X"],
    ["path=/a"],
    [";;"],
    [""],
  ];
  for (const [addresses, ...sockets] of rows) assert.deepEqual(busSockets(addresses), sockets, addresses);
});

Deno.test("sessionBusSockets heeds the variable, else looks where systemd puts the bus, and launches none", () => {
  const at = (variables: Record<string, string>) =>
    sessionBusSockets({ env: { get: (name) => variables[name] }, userId: () => 1000 });
  assert.deepEqual(at({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/a", XDG_RUNTIME_DIR: "/run/x" }), ["/a"]);
  assert.deepEqual(at({ XDG_RUNTIME_DIR: "/run/x" }), ["/run/x/bus", "/run/user/1000/bus"]);
  assert.deepEqual(at({ XDG_RUNTIME_DIR: "/run/user/1000" }), ["/run/user/1000/bus"]);
  assert.deepEqual(at({ XDG_RUNTIME_DIR: "here" }), ["/run/user/1000/bus"]);
  for (const address of ["", "autolaunch:", "autolaunch:scope=*user"]) {
    assert.deepEqual(at({ DBUS_SESSION_BUS_ADDRESS: address }), ["/run/user/1000/bus"]);
  }
});

Deno.test("systemBusSockets heeds its variable", () => {
  const at = (variables: Record<string, string>) =>
    systemBusSockets({ env: { get: (name) => variables[name] } });
  assert.deepEqual(at({}), ["/run/dbus/system_bus_socket"]);
  assert.deepEqual(at({ DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/s" }), ["/s"]);
});
