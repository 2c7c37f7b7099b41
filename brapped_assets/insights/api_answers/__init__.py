"""Answers for programs: plain functions over what a viewer sees that return typed answers, and know no HTTP."""
