import typer
app = typer.Typer()
@app.command()
def hello() -> None:
    typer.echo("x")
def main() -> None:
    app()
