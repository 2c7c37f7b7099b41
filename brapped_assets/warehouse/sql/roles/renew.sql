alter role {name} login password {password};
