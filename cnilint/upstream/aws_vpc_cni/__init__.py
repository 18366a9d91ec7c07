"""aws-node's entrypoint and ipamd, as aws/amazon-vpc-cni-k8s releases them."""
