"""Makes the package runnable; packed into one file it is /opt/vmmlab/lib/vmmlab_runner.pyz."""

from vmmlab_runner.cli import main

raise SystemExit(main())
