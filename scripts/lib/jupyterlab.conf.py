# JupyterLab for the notebooks: quiet, and asks nothing of any network.
c = get_config()  # noqa: F821 (Jupyter defines it)
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.ServerApp.jpserver_extensions = {"jupyter_lsp": False}  # the kernel completes Go by itself
c.Application.log_level = "WARN"
