"""What PyTorch's newer exporter writes beside a net, such as stack traces, names folders of the machine: without it a file can be committed."""
import onnx


def strip(path):
    """Keeps of all that is beside the net the modules' names."""
    model = onnx.load(path)
    for node in model.graph.node:
        kept = [(p.key, p.value) for p in node.metadata_props if p.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        for key, value in kept:
            node.metadata_props.add(key=key, value=value)
        node.doc_string = ""
    for part in (model, model.graph, *model.graph.input, *model.graph.output, *model.graph.initializer):
        del part.metadata_props[:]
    del model.graph.value_info[:]
    onnx.save(model, path)
