from brapped_assets.cli import main

main()
