create role {name} login password {password};
