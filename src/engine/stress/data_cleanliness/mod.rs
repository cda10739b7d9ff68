//! Data cleanliness: what is wrong with the data themselves?
