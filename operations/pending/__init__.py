"""What an interrupted run left behind: operations whose end nobody wrote down, and resources that only the cloud knows.

The engine (3.259) notes a create before it asks AWS, as a pending operation. Killed itself, it leaves that note and a
lock, warns next time, and makes the resource once more. Where a provider is killed, or an answer gets lost, it even
takes the note back. Both end with two of a kind, one of which nobody knows. Its own `refresh --import-pending-creates`
drops the note without taking the resource into the state. So: `find` by the tags that every resource carries, by a
name or by what it hangs on; then write it into the state with its inputs as the program gave them.
"""
