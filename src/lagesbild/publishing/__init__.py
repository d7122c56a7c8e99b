"""The batch: notebooks run, pages made, the report put in place."""
